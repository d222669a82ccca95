/* Paths as URIs: see uri.h */
#include "cli/report/uri.h"

#include "cli/policy/store.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *uri_of_path(struct store *store, const char *before, const char *path)
{
        char *uri = store_take(store, strlen(before) + 3 * strlen(path) + 1);
        char *out = stpcpy(uri, before);
        for (; *path; path++) {
                unsigned char c = (unsigned char)*path;
                if (c < 0x80 && (isalnum(c) || strchr("-._~/", c)))
                        *out++ = (char)c;
                else
                        out += sprintf(out, "%%%02X", c);
        }
        return uri;
}
