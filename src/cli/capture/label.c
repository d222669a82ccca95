/* Labels: see label.h */
#include "cli/capture/label.h"

#include "wire/label.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool labels_have(const char *labels, size_t n, const char *key)
{
        size_t length = strlen(key);
        for (const char *at = labels; at < labels + n; at += strlen(at) + 1)
                if (strncmp(at, key, length) == 0 && at[length] == '=')
                        return true;
        return false;
}

char *labels_from_environment(void)
{
        static const struct {
                const char *key, *variable;
        } known[] = {
#define X(key, variable) {key, variable},
                WIRE_LABELS(X)
#undef X
        };
        char *labels = NULL, host[256] = "";
        size_t n = 0;
        FILE *out = open_memstream(&labels, &n);
        if (!out)
                return NULL;
        if (gethostname(host, sizeof host - 1) == 0 && host[0])
                fprintf(out, "host=%s%c", host, '\0');
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
                const char *value = getenv(known[i].variable);
                fflush(out);
                if (value && *value && !labels_have(labels, n, known[i].key))
                        fprintf(out, "%s=%s%c", known[i].key, value, '\0');
        }
        fputc('\0', out);
        return fclose(out) == 0 ? labels : NULL;
}

char *labels_join(char *own, const char *common)
{
        char *joined = NULL;
        const char *at = own, *label;
        size_t n = 0, key_bytes;
        FILE *out = own || common ? open_memstream(&joined, &n) : NULL;
        if (!out)
                return own;
        while (labels_next(&at, &label, &key_bytes))
                fprintf(out, "%s%c", label, '\0');
        for (at = common; labels_next(&at, &label, &key_bytes);) {
                char key[64];
                snprintf(key, sizeof key, "%.*s", (int)key_bytes, label);
                if (!own || !labels_have(own, labels_bytes(own) - 1, key))
                        fprintf(out, "%s%c", label, '\0');
        }
        fputc('\0', out);
        if (fclose(out) != 0)
                return own;
        free(own);
        return joined;
}

size_t labels_bytes(const char *labels)
{
        const char *at = labels;
        while (*at)
                at += strlen(at) + 1;
        return (size_t)(at - labels) + 1;
}

char *labels_checked(const char *labels, size_t bytes)
{
        enum { LABELS_MAX = 64 };
        size_t at = 0, n = 0;
        while (at < bytes && labels[at]) {
                size_t length = strnlen(labels + at, bytes - at);
                const char *equals = memchr(labels + at, '=', length);
                if (at + length == bytes || !equals || equals == labels + at || ++n > LABELS_MAX)
                        return NULL;
                char key[64];
                if ((size_t)snprintf(key, sizeof key, "%.*s", (int)(equals - labels - (ptrdiff_t)at), labels + at) >=
                            sizeof key ||
                    labels_have(labels, at, key))
                        return NULL;
                at += length + 1;
        }
        if (at + 1 != bytes)
                return NULL;
        char *copy = malloc(bytes);
        return copy ? memcpy(copy, labels, bytes) : NULL;
}

bool labels_next(const char **at, const char **ret_label, size_t *ret_key_bytes)
{
        if (!*at || !**at)
                return false;
        *ret_label = *at;
        *ret_key_bytes = strcspn(*at, "=");
        *at += strlen(*at) + 1;
        return true;
}
