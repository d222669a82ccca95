/* Text on a terminal: see style.h */
#include "cli/report/style.h"

#include "cli/policy/store.h"
#include "cli/say/utf8.h"

#include <string.h>

void style_print(const struct report *report, FILE *out, enum style style, const char *text)
{
        /* The sixteen colours that every terminal theme defines, so that both light and dark ones stay readable. */
        static const char *const codes[] = {
                [STYLE_PLAIN] = "",     [STYLE_STRONG] = "1", [STYLE_FAINT] = "2",  [STYLE_BAD] = "1;31",   [STYLE_WARN] = "33",
                [STYLE_GOOD] = "32",    [STYLE_NAME] = "36",  [STYLE_PLACE] = "",   [STYLE_SOURCE] = "35",
        };
        if (report->color && *codes[style] && *text)
                fprintf(out, "\x1b[%sm%s\x1b[0m", codes[style], text);
        else
                fputs(text, out);
}

struct range {
        int32_t first, last;
};

static bool is_in(int32_t code, const struct range *ranges, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (code >= ranges[i].first && code <= ranges[i].last)
                        return true;
        return false;
}

/* What terminals make of a character: marks that stand over the one before, and the wide ones of East Asia (Unicode's
 * East_Asian_Width W and F, by blocks). wcwidth() would ask a locale that we do not set. */
static size_t code_columns(int32_t code)
{
        static const struct range marks[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                             {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
        static const struct range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},  {0xa960, 0xa97c},
                                            {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},  {0xff01, 0xff60},
                                            {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff},
                                            {0x20000, 0x3fffd}};
        if (code < 0x300)
                return 1;
        return is_in(code, marks, sizeof marks / sizeof *marks) ? 0 : is_in(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t style_character(const char *text, size_t *ret_bytes)
{
        int32_t code;
        *ret_bytes = 1;
        if (!(*text & 0x80))
                return 1;
        *ret_bytes = utf8_next(text, strnlen(text, 4), &code);
        return code_columns(code);
}

size_t style_width(const char *text)
{
        size_t width = 0;
        for (size_t n; *text; text += n)
                width += style_character(text, &n);
        return width;
}

void style_pad(FILE *out, size_t at, size_t to)
{
        for (; at < to; at++)
                fputc(' ', out);
}

/* Control characters, and what turns the direction of writing or hides text. */
static bool is_unsafe(int32_t code)
{
        return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
               (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

const char *style_clip(struct store *store, const char *text, size_t n_bytes, size_t most)
{
        char *clean = store_take(store, 3 * n_bytes + 4), *out = clean;
        char *cut = clean; /* where "..." would have to begin */
        size_t width = 0;
        for (size_t i = 0, n; i < n_bytes && text[i]; i += n) {
                int32_t code;
                n = utf8_next(text + i, n_bytes - i, &code);
                if (width + 3 <= most)
                        cut = out;
                width += code_columns(code);
                if (width > most) {
                        strcpy(cut, "...");
                        return clean;
                }
                if (code == '\t' || code == '\n' || code == '\r') {
                        *out++ = ' ';
                } else if (is_unsafe(code)) { /* -1, no character, included */
                        memcpy(out, UTF8_REPLACEMENT, 3);
                        out += 3;
                } else {
                        memcpy(out, text + i, n);
                        out += n;
                }
        }
        *out = 0;
        return clean;
}

const char *style_clean(struct store *store, const char *text)
{
        for (const char *c = text; *c >= ' ' && *c < 0x7f; c++)
                if (!c[1])
                        return text;
        return style_clip(store, text, strlen(text), SIZE_MAX);
}

/* The last `most` columns of clean text, or less where a wide character is on the edge. */
static const char *tail(const char *text, size_t most)
{
        size_t width = style_width(text);
        for (size_t n; width > most; text += n)
                width -= style_character(text, &n);
        return text;
}

const char *style_middle(struct store *store, const char *text, size_t most)
{
        if (style_width(text) <= most || most < 5)
                return text;
        size_t end = (most - 3) * 2 / 5, n_bytes = 0, width = 0;
        for (size_t n, one; (one = style_character(text + n_bytes, &n), width + one <= most - 3 - end); n_bytes += n)
                width += one;
        return store_format(store, "%.*s...%s", (int)n_bytes, text, tail(text, end));
}

const char *style_end(struct store *store, const char *text, size_t most)
{
        if (style_width(text) <= most || most < 5)
                return text;
        const char *end = tail(text, most - 3), *slash = strchr(end, '/');
        return store_format(store, "...%s", slash && slash[1] ? slash : end);
}
