/* How Cython makes C names from Python's, undone
 *
 *      __pyx_ KIND { LENGTH SCOPE _ } [ COUNTER ] NAME
 *
 * The scopes are packages, module, classes and functions around the function, each with its length in front. KIND says
 * which of several C functions for one of Python it is (Cython/Compiler/Naming.py); the kinds that a person's own code
 * is in are below. COUNTER keeps names apart; the first name in a scope goes without, which is always that of a body.
 * There is at least one scope, the module, but for the function that runs the module itself.
 */
#include "cli/symbol/cython_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kind {
        const char *prefix;
        bool may_count, has_counter; /* there may be a counter; there always is one */
        bool has_lines;
        const char *tail; /* behind the name */
} kinds[] = {
        {"pw_", true, true, true, ""},
        {"pf_", true, false, true, ""},
        {"gb_", true, true, true, ""},
        {"f_", false, false, true, ""},
        {"api_f_", false, false, true, ""},
        {"getprop_", false, false, false, ".__get__"},
        {"setprop_", false, false, false, ".__set__"},
        {"tp_new_", false, false, false, ".__new__"},
        {"tp_dealloc_", false, false, false, ".__dealloc__"},
        {"tp_clear_", false, false, false, ".tp_clear"},
        {"tp_traverse_", false, false, false, ".tp_traverse"},
        {"pymod_exec_", false, false, true, ".<module>"},
};

enum { DEPTH_MAX = 32 };

struct decoder {
        const struct kind *kind;
        cython_name_exists *exists;
        void *user;
        char name[CYTHON_NAME_MAX]; /* scopes so far, each with a dot behind it */
        char best[CYTHON_NAME_MAX];
        int best_rank; /* -1 = nothing yet */
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char *cython_name_begin(const char *symbol)
{
        const char *at = symbol;

        if (strncmp(at, "_Z", 2) == 0) {
                at += 2;
                at += *at == 'L';
                while (is_digit(*at))
                        at++;
        }
        return strncmp(at, "__pyx_", 6) == 0 ? at : NULL;
}

size_t cython_name_bytes(const char *symbol)
{
        const char *begin = cython_name_begin(symbol);
        size_t bytes = begin ? strcspn(begin, ".") : 0;

        if (begin > symbol) { /* C++: the length is in front */
                size_t length = strtoul(symbol + 2 + (symbol[2] == 'L'), NULL, 10);

                if (length < bytes)
                        bytes = length;
        }
        return bytes;
}

/* Functions of fused types: the name carries which of the variants it is. */
static void drop_fuse(char *name)
{
        static const char fuse[] = "__pyx_fuse_";
        char *at = strstr(name, fuse), *end;

        if (!at)
                return;
        end = at + sizeof fuse - 1;
        while (is_digit(*end) || (*end == '_' && is_digit(end[1])))
                end++;
        memmove(at, end, strlen(end) + 1);
}

static void offer(struct decoder *decoder, size_t used, const char *name, bool has_counter, int depth)
{
        char whole[CYTHON_NAME_MAX];
        int rank = depth;

        if (!*name || is_digit(*name) || (depth == 0 && strcmp(decoder->kind->prefix, "pymod_exec_") != 0) ||
            snprintf(whole, sizeof whole, "%.*s%s%s", (int)used, decoder->name, name, decoder->kind->tail) >=
                    (int)sizeof whole)
                return;
        if (decoder->exists && decoder->exists(decoder->user, whole))
                rank += 1000;
        if (has_counter && decoder->kind->has_counter)
                rank += 100;
        if (rank <= decoder->best_rank)
                return;
        decoder->best_rank = rank;
        strcpy(decoder->best, whole);
}

static void decode(struct decoder *decoder, const char *rest, size_t used, int depth)
{
        const char *digits = rest;
        size_t length = 0;

        for (; is_digit(*rest); rest++)
                length = length < CYTHON_NAME_MAX ? length * 10 + (size_t)(*rest - '0') : CYTHON_NAME_MAX;
        if (decoder->kind->may_count || rest == digits)
                offer(decoder, used, rest, rest > digits, depth);
        if (rest == digits || depth > DEPTH_MAX || strnlen(rest, length + 2) < length + 2 || rest[length] != '_')
                return;
        if (used + length + 2 > sizeof decoder->name)
                return;
        memcpy(decoder->name + used, rest, length);
        decoder->name[used + length] = '.';
        decode(decoder, rest + length + 1, used + length + 1, depth + 1);
}

bool cython_name_decode(const char *symbol, cython_name_exists *exists, void *user, char ret_name[CYTHON_NAME_MAX],
                        bool *ret_has_lines)
{
        const char *begin = cython_name_begin(symbol);
        struct decoder decoder = {.exists = exists, .user = user, .best_rank = -1};
        char plain[CYTHON_NAME_MAX];
        const char *end;
        size_t bytes;

        if (!begin)
                return false;
        end = begin + cython_name_bytes(symbol);
        begin += strlen("__pyx_");
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !decoder.kind; i++)
                if (strncmp(begin, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
                        decoder.kind = &kinds[i];
        if (!decoder.kind)
                return false;
        begin += strlen(decoder.kind->prefix);
        bytes = end > begin ? (size_t)(end - begin) : 0;
        if (bytes >= sizeof plain)
                return false;
        memcpy(plain, begin, bytes);
        plain[bytes] = 0;
        decode(&decoder, plain, 0, 0);
        if (decoder.best_rank < 0)
                return false;
        drop_fuse(decoder.best);
        strcpy(ret_name, decoder.best);
        *ret_has_lines = decoder.kind->has_lines;
        return true;
}
