/* Names that stay the same: see name.h
 *
 * The input is what a demangler printed, so brackets are balanced where they are brackets; where they are not (a name
 * cut short, or no C++ at all) the scan still ends, and the result is still the same for the same input.
 */
#include "cli/policy/name.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* A result under construction. `name` is where the name itself begins: what is before it is a return type. */
struct scan {
        const char *at;
        char *out;
        size_t n, max, name;
};

static void scan_put(struct scan *s, char c)
{
        if (s->n + 1 < s->max)
                s->out[s->n++] = c;
}

static bool scan_take(struct scan *s, const char *text)
{
        size_t n = strlen(text);
        if (strncmp(s->at, text, n) != 0)
                return false;
        s->at += n;
        return true;
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '$'; }

/* Skip a bracketed group, `s->at` on its opening bracket. An arrow is not a bracket. */
static void scan_skip_group(struct scan *s)
{
        int depth = 0;
        for (; *s->at; s->at++) {
                if (strchr("<([{", *s->at)) {
                        depth++;
                } else if (strchr(">)]}", *s->at) && s->at[-1] != '-' && --depth == 0) {
                        s->at++;
                        return;
                }
        }
}

/* The symbols of an operator function, longest first. */
static const char *const operators[] = {
        "<=>", "<<=", ">>=", "->*", "()", "[]", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=",
        "/=",  "%=",  "^=",  "&=",  "|=", "->", "<",  ">",  "+",  "-",  "*",  "/",  "%",  "^",  "&",  "|",  "~",  "!",  "=",
        ",",   NULL,
};

/* "operator" has just been copied: copy what belongs to the name. Spaces in it become \1, so that they are not taken
 * for the end of a return type. */
static void scan_operator(struct scan *s)
{
        for (const char *const *symbol = operators; *symbol; symbol++)
                if (scan_take(s, *symbol)) {
                        for (const char *c = *symbol; *c; c++)
                                scan_put(s, *c);
                        if (s->at[0] == ' ' && s->at[1] == '<') /* kept apart only to be read: operator< <int> */
                                s->at++;
                        return;
                }
        while (*s->at && *s->at != '(' && *s->at != '<') { /* new, delete[], a type, ""_suffix */
                scan_put(s, *s->at == ' ' ? '\1' : *s->at);
                s->at++;
        }
}

/* "$_0", the first lambda of a function as clang calls it. */
static bool scan_lambda(struct scan *s)
{
        if (strncmp(s->at, "$_", 2) != 0 || !isdigit((unsigned char)s->at[2]))
                return false;
        unsigned n = 0;
        for (s->at += 2; isdigit((unsigned char)*s->at) && n < 100000; s->at++)
                n = n * 10 + (unsigned)(*s->at - '0');
        char digits[16], *d = digits + sizeof digits;
        n++;
        do
                *--d = (char)('0' + n % 10);
        while (n /= 10);
        for (const char *c = "{lambda#"; *c; c++)
                scan_put(s, *c);
        while (d < digits + sizeof digits)
                scan_put(s, *d++);
        scan_put(s, '}');
        return true;
}

/* A parameter list, and what may follow it. "(anonymous namespace)" is a name and is kept. */
static void scan_parenthesis(struct scan *s)
{
        static const char anonymous[] = "(anonymous namespace)";
        if (scan_take(s, anonymous)) {
                for (const char *c = anonymous; *c; c++)
                        scan_put(s, *c == ' ' ? '\1' : *c);
                return;
        }
        scan_skip_group(s);
        while (scan_take(s, " const") || scan_take(s, " volatile") || scan_take(s, " noexcept") || scan_take(s, " &&") ||
               scan_take(s, " &"))
                continue;
        if (strncmp(s->at, " requires ", 10) == 0)
                s->at += strlen(s->at);
}

/* {lambda(int)#1}, {unnamed type#2}, {{closure}}: one name, spaces and all, but without parameters. */
static void scan_brace(struct scan *s)
{
        int depth = 0;
        while (*s->at) {
                if (*s->at == '(') {
                        scan_skip_group(s);
                        continue;
                }
                depth += (*s->at == '{') - (*s->at == '}');
                scan_put(s, *s->at == ' ' ? '\1' : *s->at);
                s->at++;
                if (!depth)
                        return;
        }
}

static void scan_step(struct scan *s)
{
        bool word_begins = s->n == s->name || !is_word(s->out[s->n - 1]);
        if (word_begins && strncmp(s->at, "operator", 8) == 0 && !is_word(s->at[8])) {
                for (int i = 0; i < 8; i++)
                        scan_put(s, *s->at++);
                scan_operator(s);
                return;
        }
        if (word_begins && (scan_take(s, "__cxx11::") || scan_take(s, "__1::") || scan_lambda(s)))
                return;
        switch (*s->at) {
        case '(':
                scan_parenthesis(s);
                return;
        case '{':
                scan_brace(s);
                return;
        case '<':
                if (s->n == s->name) { /* Rust: <Type as Trait>::method. The brackets are part of the name. */
                        scan_put(s, *s->at++);
                        return;
                }
                scan_skip_group(s);
                if (s->n >= 2 && s->out[s->n - 1] == ':' && s->out[s->n - 2] == ':') /* Rust: function::<Type> */
                        s->n -= 2;
                return;
        case '[':
                if (strncmp(s->at, "[abi:", 5) == 0 || strncmp(s->at, "[clone", 6) == 0) {
                        scan_skip_group(s);
                        return;
                }
                break;
        case ' ':
                if (scan_take(s, " as ")) {
                        for (const char *c = "\1as\1"; *c; c++)
                                scan_put(s, *c);
                        return;
                }
                if (strncmp(s->at, " [clone", 7) == 0)
                        break;
                if (s->at[1]) /* what we have was a return type, or "non-virtual thunk to" */
                        s->name = s->n + 1;
                break;
        }
        scan_put(s, *s->at++);
}

/* Is `tail`, which begins with a dot, what a compiler put after a name? */
static bool is_clone_suffix(const char *tail)
{
        static const char *const words[] = { "isra",     "part", "constprop", "cold", "lto_priv",
                                             "llvm",     "localalias", "clone", "cfi", "str",
                                             "extracted", "warm", "hot", "__uniq", NULL };
        if (isdigit((unsigned char)tail[1]))
                return true;
        for (const char *const *word = words; *word; word++)
                if (strncmp(tail + 1, *word, strlen(*word)) == 0 && !is_word(tail[1 + strlen(*word)]))
                        return true;
        return false;
}

static size_t cut_suffixes(char *name, size_t n)
{
        for (char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
                if (dot != name && is_clone_suffix(dot)) {
                        *dot = 0;
                        n = (size_t)(dot - name);
                        break;
                }
        if (n > 19 && memcmp(name + n - 19, "::h", 3) == 0 && strspn(name + n - 16, "0123456789abcdef") == 16) {
                n -= 19;
                name[n] = 0;
        }
        return n;
}

size_t name_function(const char *function, char *ret, size_t max)
{
        struct scan s = { .at = function, .out = ret, .max = max };
        while (*s.at)
                scan_step(&s);
        while (s.n > s.name && ret[s.n - 1] == ' ')
                s.n--;
        if (s.name >= s.n) /* nothing that looks like a name: take it all */
                for (s.n = s.name = 0; function[s.n] && s.n + 1 < max; s.n++)
                        ret[s.n] = function[s.n];
        memmove(ret, ret + s.name, s.n - s.name);
        s.n -= s.name;
        ret[s.n] = 0;
        for (size_t i = 0; i < s.n; i++)
                if (ret[i] == '\1')
                        ret[i] = ' ';
        return cut_suffixes(ret, s.n);
}

/* Length of `name` without "-2.31" or "-1a2b3c4d" at its end. */
static size_t without_version(const char *name, size_t n)
{
        size_t at = n;
        while (at && (isxdigit((unsigned char)name[at - 1]) || name[at - 1] == '.'))
                at--;
        if (at < 2 || name[at - 1] != '-')
                return n;
        bool has_digit = false, has_dot = false;
        for (size_t i = at; i < n; i++) {
                has_digit |= isdigit((unsigned char)name[i]) != 0;
                has_dot |= name[i] == '.';
        }
        bool is_version = has_digit && has_dot && isdigit((unsigned char)name[at]);
        bool is_hash = n - at >= 8 && !has_dot && has_digit;
        return is_version || is_hash ? at - 1 : n;
}

size_t name_module(const char *module, char *ret, size_t max)
{
        const char *slash = strrchr(module, '/');
        const char *name = slash ? slash + 1 : module;
        const char *end = name + strlen(name);
        for (const char *so = strstr(name, ".so"); so; so = strstr(so + 1, ".so"))
                if (so != name && (!so[3] || so[3] == '.' || so[3] == ' ')) {
                        end = so;
                        break;
                }
        size_t n = (size_t)(end - name);
        if (*end) { /* a shared object */
                static const char *const tags[] = { ".cpython-", ".abi3", ".pypy", ".graalpy", NULL };
                for (const char *const *tag = tags; *tag; tag++) {
                        const char *found = strstr(name, *tag);
                        if (found && found > name && found < end)
                                n = (size_t)(found - name);
                }
                n = without_version(name, n);
        }
        if (n > max - 1)
                n = max - 1;
        memcpy(ret, name, n);
        ret[n] = 0;
        return n;
}

static const char *after_root(const char *path, const char *root)
{
        size_t n = root ? strlen(root) : 0;
        while (n && root[n - 1] == '/')
                n--;
        if (!n || strncmp(path, root, n) != 0 || path[n] != '/')
                return NULL;
        return path + n + 1;
}

static const char *after_library(const char *path)
{
        static const char *const packages[] = { "/site-packages/", "/dist-packages/" };
        for (size_t i = 0; i < 2; i++) {
                const char *found = strstr(path, packages[i]);
                if (found)
                        return found + strlen(packages[i]);
        }
        for (const char *lib = strstr(path, "/lib/python"); lib; lib = strstr(lib + 1, "/lib/python")) {
                const char *version = lib + strlen("/lib/python");
                size_t n = strspn(version, "0123456789.t");
                if (n && version[n] == '/')
                        return version + n + 1;
        }
        return NULL;
}

const char *name_python_path(const char *path, const char *root, const char *script_dir)
{
        const char *relative;
        if ((relative = after_library(path)) || (relative = after_root(path, root)) ||
            (relative = after_root(path, script_dir)))
                return relative;
        while (strncmp(path, "./", 2) == 0)
                path += 2;
        if (path[0] != '/')
                return path;
        const char *last = strrchr(path, '/'), *before = last;
        while (before > path && before[-1] != '/')
                before--;
        return before > path ? before : last + 1;
}
