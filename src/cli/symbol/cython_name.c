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
        {"lambda_funcdef_", false, false, true, ""},
        {"pymod_exec_", false, false, true, ".<module>"},
};

/* The classes behind memoryviews, which Cython writes into every module that uses these, under names of their own. */
static const struct view {
        const char *prefix, *name;
} views[] = {
        {"array_", "array"},
        {"memoryview_", "memoryview"},
        {"memoryviewslice_", "_memoryviewslice"},
        {"MemviewEnum_", "Enum"},
};

static const char mark[] = "__pyx_", view_module[] = "View.MemoryView", view_scope[] = "View_dot_MemoryView";

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
        return strncmp(at, mark, sizeof mark - 1) == 0 ? at : NULL;
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
        memcpy(decoder->best, whole, strlen(whole) + 1);
}

static void decode(struct decoder *decoder, const char *rest, size_t used, int depth)
{
        const char *digits = rest, *scope;
        size_t length = 0, written; /* of the scope: in Python, and in the symbol */

        for (; is_digit(*rest); rest++)
                length = length < CYTHON_NAME_MAX ? length * 10 + (size_t)(*rest - '0') : CYTHON_NAME_MAX;
        if (decoder->kind->may_count || rest == digits)
                offer(decoder, used, rest, rest > digits, depth);
        if (rest == digits || depth > DEPTH_MAX)
                return;
        scope = rest;
        written = length;
        /* The one scope with a dot in it: its length counts that as one letter. */
        if (length == sizeof view_module - 1 && strncmp(rest, view_scope, sizeof view_scope - 1) == 0) {
                scope = view_module;
                written = sizeof view_scope - 1;
        }
        if (strnlen(rest, written + 2) < written + 2 || rest[written] != '_' ||
            used + length + 2 > sizeof decoder->name)
                return;
        memcpy(decoder->name + used, scope, length);
        used += length;
        decoder->name[used] = '.';
        decode(decoder, rest + written + 1, used + 1, depth + 1);
}

/* Where Cython put one name before another (variants of fused types, bodies of its own classes) the last one counts. */
static const struct kind *kind_of(const char *begin, const char *end, const char **ret_rest)
{
        for (const char *at = end - (sizeof mark - 1); at >= begin; at--) {
                const char *rest = at + sizeof mark - 1;

                if (strncmp(at, mark, sizeof mark - 1) != 0)
                        continue;
                for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                        size_t n = strlen(kinds[i].prefix);

                        if ((size_t)(end - rest) > n && strncmp(rest, kinds[i].prefix, n) == 0) {
                                *ret_rest = rest + n;
                                return &kinds[i];
                        }
                }
        }
        return NULL;
}

/* A special method of one of Cython's own classes: __pyx_array___cinit__, __pyx_tp_new_array. */
static bool decode_view(const char *begin, const char *end, char ret_name[CYTHON_NAME_MAX], bool *ret_has_lines)
{
        const char *rest = begin + sizeof mark - 1, *tail = NULL;
        const struct kind *kind = kind_of(begin, end, &tail);
        size_t n = (size_t)(end - rest);

        for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
                size_t prefix = strlen(views[i].prefix);

                if (kind && (size_t)(end - tail) == strlen(views[i].name) &&
                    strncmp(tail, views[i].name, strlen(views[i].name)) == 0) {
                        snprintf(ret_name, CYTHON_NAME_MAX, "%s.%s%s", view_module, views[i].name, kind->tail);
                        *ret_has_lines = false;
                        return true;
                }
                if (n > prefix + 4 && n < CYTHON_NAME_MAX / 2 && strncmp(rest, views[i].prefix, prefix) == 0 &&
                    strncmp(rest + prefix, "__", 2) == 0 && strncmp(end - 2, "__", 2) == 0) {
                        snprintf(ret_name, CYTHON_NAME_MAX, "%s.%s.%.*s", view_module, views[i].name, (int)(n - prefix),
                                 rest + prefix);
                        *ret_has_lines = true;
                        return true;
                }
        }
        return false;
}

bool cython_name_decode(const char *symbol, cython_name_exists *exists, void *user, char ret_name[CYTHON_NAME_MAX],
                        bool *ret_has_lines)
{
        const char *begin = cython_name_begin(symbol), *end, *rest;
        struct decoder decoder = {.exists = exists, .user = user, .best_rank = -1};
        char plain[CYTHON_NAME_MAX];

        if (!begin || cython_name_bytes(symbol) < sizeof mark)
                return false;
        end = begin + cython_name_bytes(symbol);
        decoder.kind = kind_of(begin, end, &rest);
        if (decoder.kind && (size_t)(end - rest) < sizeof plain) {
                memcpy(plain, rest, (size_t)(end - rest));
                plain[end - rest] = 0;
                decode(&decoder, plain, 0, 0);
        }
        if (decoder.best_rank < 0)
                return decode_view(begin, end, ret_name, ret_has_lines);
        drop_fuse(decoder.best);
        memcpy(ret_name, decoder.best, sizeof decoder.best);
        *ret_has_lines = decoder.kind->has_lines;
        return true;
}
