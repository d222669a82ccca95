/* Lines that fit a terminal: see wrap.h */
#include "cli/report/wrap.h"

#include "cli/report/style.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_LEAST = 24 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* How good a place to break the space at `space` is. */
static int break_rank(const char *begin, const char *space, int depth)
{
        char before = space > begin ? space[-1] : ' ';
        if (depth > 0)
                return 1;
        if (before == ';' || strncmp(space + 1, "-- ", 3) == 0)
                return 4;
        if (before == ',')
                return 3;
        return is_digit(before) || is_digit(space[1]) ? 1 : 2; /* "3 blocks" is one thing, "push 3" may be one */
}

static size_t escape_bytes(const char *text)
{
        return *text == '\x1b' ? strcspn(text, "m\n") + 1 : 0;
}

/* Where the line that begins at `begin`, in column `at`, is to be broken: at a space, or at its end. A good place
 * that leaves most of the line empty is no better than any. */
static const char *line_end(const char *begin, size_t at, size_t columns)
{
        const char *best = NULL, *c = begin;
        int best_rank = 0, depth = 0;
        size_t width = at;
        bool has_word = false; /* a line is never broken before its first word */
        while (*c && *c != '\n') {
                size_t n = escape_bytes(c);
                if (n && c[n - 1] == 'm') {
                        c += n;
                        continue;
                }
                if (*c == ' ' && has_word && (width <= columns || !best)) {
                        int rank = width * 5 >= columns * 2 ? break_rank(begin, c, depth) : 0;
                        if (!best || rank >= best_rank)
                                best = c, best_rank = rank;
                }
                has_word = has_word || *c != ' ';
                depth += *c == '(';
                depth -= *c == ')' && depth > 0;
                width += style_character(c, &n);
                c += n;
        }
        return width <= columns || !best ? c : best;
}

void wrap_print(FILE *out, const char *text, size_t columns, size_t indent)
{
        if (columns < COLUMNS_LEAST) {
                fputs(text, out);
                return;
        }
        for (size_t at = 0; *text;) {
                const char *end = line_end(text, at, columns);
                fwrite(text, 1, (size_t)(end - text), out);
                at = *end == ' ' ? indent : 0;
                text = end;
                while (*text == ' ')
                        text++;
                text += *end == '\n';
                if (*end)
                        fputc('\n', out);
                style_pad(out, 0, at);
        }
}

void wrap_begin(struct wrap *wrap, FILE *out, size_t columns, size_t indent)
{
        *wrap = (struct wrap){.lines = out, .out = out, .columns = columns, .indent = indent};
        FILE *lines = columns >= COLUMNS_LEAST ? open_memstream(&wrap->text, &wrap->n_bytes) : NULL;
        wrap->lines = lines ? lines : out;
}

void wrap_end(struct wrap *wrap)
{
        if (wrap->lines == wrap->out)
                return;
        fclose(wrap->lines);
        if (wrap->text)
                wrap_print(wrap->out, wrap->text, wrap->columns, wrap->indent);
        free(wrap->text);
}
