/* Names of capture files with parts to be filled in: see pattern.h */
#include "cli/command/pattern.h"

#include "cli/say/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VARIABLE_MOST = 250 }; /* bytes of the name in %q{NAME} */

/* Put one part at `out`; returns the first character after it, NULL where it is no part. */
static const char *part_put(FILE *out, const char *at, int pid, const char *program, unsigned counter)
{
        char text[256];
        switch (*at) {
        case 'p':
                fprintf(out, "%d", pid);
                return at + 1;
        case 'h':
                if (gethostname(text, sizeof text) < 0)
                        strcpy(text, "unknown");
                text[sizeof text - 1] = '\0';
                fputs(text, out);
                return at + 1;
        case 'e': {
                const char *slash = strrchr(program, '/');
                fputs(slash ? slash + 1 : program, out);
                return at + 1;
        }
        case 'n':
                fprintf(out, "%u", counter);
                return at + 1;
        case '%':
                fputc('%', out);
                return at + 1;
        case 'q': {
                const char *end = at[1] == '{' ? strchr(at, '}') : NULL;
                if (!end || (size_t)(end - at) > sizeof text)
                        return NULL;
                snprintf(text, sizeof text, "%.*s", (int)(end - at - 2), at + 2);
                const char *value = getenv(text);
                for (value = value ? value : ""; *value; value++)
                        fputc(*value == '/' ? '_' : *value, out); /* a value is a part of a name, never a directory */
                return end + 1;
        }
        default:
                return NULL;
        }
}

char *pattern_fill(const char *pattern, int pid, const char *program, unsigned counter, bool *ret_counts)
{
        char *name = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&name, &n);
        if (!out)
                return NULL;
        *ret_counts = false;
        for (const char *at = pattern; at && *at;) {
                if (*at != '%') {
                        fputc(*at++, out);
                        continue;
                }
                *ret_counts = *ret_counts || at[1] == 'n';
                at = part_put(out, at + 1, pid, program, counter);
        }
        return fclose(out) == 0 ? name : NULL;
}

static int pattern_parts_check(const char *pattern)
{
        for (const char *at = pattern; (at = strchr(at, '%')) != NULL;) {
                bool known = at[1] && strchr("phen%q", at[1]);
                const char *end = at[1] == 'q' && at[2] == '{' ? strchr(at, '}') : NULL;
                if (!known || (at[1] == 'q' && (!end || end == at + 3 || end - at > VARIABLE_MOST)))
                        return say_error("-o %s: %%%c is not known here; use %%p %%h %%e %%n %%q{VAR} or %%%%", pattern,
                                         at[1] ? at[1] : ' ');
                at += 2;
        }
        return 0;
}

int pattern_check(const char *pattern)
{
        if (pattern_parts_check(pattern) < 0)
                return -1;
        bool counts;
        char *name = pattern_fill(pattern, 1, "program", 1, &counts);
        size_t length = name ? strlen(name) : 1;
        bool is_name = length && (!name || name[length - 1] != '/');
        free(name);
        if (!is_name)
                return say_error("-o %s: filled in, it is no name of a file", pattern);
        char *directory = strdup(pattern), *slash = directory ? strrchr(directory, '/') : NULL;
        if (!directory)
                return say_error("no memory");
        struct stat there;
        int answer = 0, error = 0;
        if (stat(pattern, &there) == 0 && S_ISDIR(there.st_mode)) {
                error = EISDIR;
        } else if (slash != directory && !strchr(directory, '%')) {
                if (slash)
                        *slash = '\0';
                bool special = !stat(pattern, &there) && !S_ISREG(there.st_mode);
                if (!special && slash && stat(directory, &there) == 0 && !S_ISDIR(there.st_mode))
                        error = ENOTDIR;
                else if (special ? access(pattern, W_OK) < 0 : access(slash ? directory : ".", W_OK | X_OK) < 0)
                        error = errno;
        }
        if (error)
                answer = say_error("%s cannot be written: %s", pattern, strerror(error));
        free(directory);
        return answer;
}
