/* UNFREED_OPTIONS, parsed
 *
 * The sanitizers' grammar (compiler-rt, sanitizer_flag_parser.cpp): a pair ends at space, comma, colon, newline, tab or
 * return, unless its value is quoted. Unknown keys and senseless values are said once and skipped: an option must
 * never stop the program.
 */
#include "shim/self/options.h"

#include "bare/bits.h"
#include "bare/number.h"
#include "shim/sys/message.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct options options;

enum option_type { OPTION_BOOL, OPTION_INT, OPTION_SIZE, OPTION_TEXT };

struct row {
        const char *key;
        enum option_type type;
        size_t offset;
        int64_t least, most;
        const char *standard, *help;
};

static const struct row rows[] = {
#define X(type, key, standard, least, most, help)                                                                      \
        {#key, OPTION_##type, offsetof(struct options, key), least, most, #standard, help},
        WIRE_OPTIONS(X)
#undef X
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static bool is_space(char c) { return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r'; }

static bool text_is(const char *text, size_t n, const char *word) { return strlen(word) == n && !memcmp(text, word, n); }

static bool value_bool(const char *text, size_t n, bool *ret)
{
        bool yes = text_is(text, n, "1") || text_is(text, n, "true") || text_is(text, n, "yes");
        if (!yes && !text_is(text, n, "0") && !text_is(text, n, "false") && !text_is(text, n, "no"))
                return false;
        *ret = yes;
        return true;
}

/* Decimal, with K, M or G for powers of 1024. */
static bool value_number(const char *text, size_t n, const struct row *row, int64_t *ret)
{
        char copy[NUMBER_TEXT_BYTES];
        if (n == 0 || n >= sizeof copy || text[0] < '0' || text[0] > '9')
                return false;
        memcpy(copy, text, n);
        copy[n] = 0;
        const char *at = copy;
        uint64_t number = number_parse(&at);
        static const char units[] = "KMG";
        const char *unit = *at ? strchr(units, *at) : NULL;
        if (unit) {
                number <<= 10 * (unsigned)(unit - units + 1);
                at++;
        }
        if (*at || number > INT64_MAX || (int64_t)number < row->least || (int64_t)number > row->most)
                return false;
        *ret = (int64_t)number;
        return true;
}

static bool row_set(const struct row *row, const char *text, size_t n)
{
        char *field = (char *)&options + row->offset;
        int64_t number;
        switch (row->type) {
        case OPTION_BOOL: return value_bool(text, n, (bool *)field);
        case OPTION_TEXT:
                if (n >= OPTION_TEXT_BYTES)
                        return false;
                memcpy(field, text, n);
                field[n] = 0;
                return true;
        case OPTION_INT:
                if (!value_number(text, n, row, &number))
                        return false;
                *(int32_t *)field = (int32_t)number;
                return true;
        case OPTION_SIZE:
                if (!value_number(text, n, row, &number))
                        return false;
                *(uint64_t *)field = (uint64_t)number;
                return true;
        }
        return false;
}

static void say_about(const char *what, const char *text, size_t n)
{
        char copy[128];
        n = n < sizeof copy ? n : sizeof copy - 1;
        memcpy(copy, text, n);
        copy[n] = 0;
        struct message message;
        message_begin(&message);
        message_text(&message, what);
        message_text(&message, copy);
        message_text(&message, "' in " WIRE_OPTIONS_ENV " (help=1 lists them); ignored");
        message_end(&message);
}

static void pair_parse(const char *key, size_t key_length, const char *value, size_t value_length)
{
        for (unsigned i = 0; i < N_ROWS; i++) {
                if (!text_is(key, key_length, rows[i].key))
                        continue;
                if (!row_set(&rows[i], value, value_length))
                        say_about("bad value of '", key, key_length);
                return;
        }
        say_about("unknown option '", key, key_length);
}

/* Parse one pair at `at`; returns the place after it. */
static const char *pair_read(const char *at)
{
        const char *key = at;
        while (*at && *at != '=' && !is_space(*at))
                at++;
        size_t key_length = (size_t)(at - key);
        if (*at != '=') {
                say_about("no value for '", key, key_length);
                return at;
        }
        const char *value = ++at;
        if (*at == '\'' || *at == '"') {
                char quote = *at++;
                value = at;
                while (*at && *at != quote)
                        at++;
                pair_parse(key, key_length, value, (size_t)(at - value));
                return *at ? at + 1 : at;
        }
        while (*at && !is_space(*at))
                at++;
        pair_parse(key, key_length, value, (size_t)(at - value));
        return at;
}

static void options_print(void)
{
        for (unsigned i = 0; i < N_ROWS; i++) {
                struct message message;
                message_begin(&message);
                message_text(&message, rows[i].key);
                message_text(&message, "=");
                message_text(&message, rows[i].standard);
                message_text(&message, "  ");
                message_text(&message, rows[i].help);
                message_end(&message);
        }
}

static char given[4096] PAGES_APART;

const char *options_given(void) { return given; }

static void given_keep(const char *text)
{
        static const char name[] = WIRE_OPTIONS_ENV "=";
        size_t n = text ? strlen(text) : sizeof given;
        if (n + sizeof name > sizeof given)
                return;
        memcpy(given, name, sizeof name - 1);
        memcpy(given + sizeof name - 1, text, n + 1);
}

void options_init(const char *text)
{
        given_keep(text);
#define OPTION_STANDARD_BOOL(key, standard) options.key = standard;
#define OPTION_STANDARD_INT(key, standard) options.key = standard;
#define OPTION_STANDARD_SIZE(key, standard) options.key = standard;
#define OPTION_STANDARD_TEXT(key, standard) memcpy(options.key, standard, sizeof standard);
#define X(type, key, standard, least, most, help) OPTION_STANDARD_##type(key, standard)
        WIRE_OPTIONS(X)
#undef X
        while (text && *text) {
                if (is_space(*text))
                        text++;
                else
                        text = pair_read(text);
        }
        if (options.help)
                options_print();
}

/* The environment as the kernel laid it out, for the time before libc knows it. Read once, kept. */
static const char *environment_read(size_t *ret_bytes)
{
        enum { MOST = 4 << 20 };
        static const char *kept;
        static size_t kept_bytes;
        if (kept == NULL) {
                long fd = sys_call(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY | O_CLOEXEC);
                char *pages = sys_failed(fd) ? NULL : pages_take(MOST);
                for (long n; pages && kept_bytes < MOST - 1; kept_bytes += (size_t)n) {
                        n = sys_call(SYS_read, fd, pages + kept_bytes, MOST - 1 - kept_bytes);
                        if (n <= 0)
                                break;
                }
                if (!sys_failed(fd))
                        sys_call(SYS_close, fd);
                kept = pages ? pages : "";
        }
        *ret_bytes = kept_bytes;
        return kept;
}

const char *options_environment(const char *name)
{
        size_t length = strlen(name);
        if (environ) {
                for (char **at = environ; *at; at++)
                        if (!strncmp(*at, name, length) && (*at)[length] == '=')
                                return *at + length + 1;
                return NULL;
        }
        size_t bytes;
        const char *text = environment_read(&bytes);
        for (const char *at = text; at < text + bytes; at += strlen(at) + 1)
                if (!strncmp(at, name, length) && at[length] == '=')
                        return at + length + 1;
        return NULL;
}
