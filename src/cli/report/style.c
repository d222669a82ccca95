/* Text on a terminal: see style.h */
#include "cli/report/style.h"

#include "cli/policy/store.h"
#include "cli/report/utf8.h"

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

size_t style_width(const char *text)
{
        size_t width = 0;
        for (; *text; text++)
                width += (*text & 0xc0) != 0x80;
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
        for (size_t i = 0, n; i < n_bytes && text[i]; i += n, width++) {
                int32_t code;
                n = utf8_next(text + i, n_bytes - i, &code);
                if (width + 3 == most)
                        cut = out;
                if (width == most) {
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
