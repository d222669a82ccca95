/* Lines that fit a terminal
 *
 * What is longer than a line is broken where it says one thing less: before " -- ", after a semicolon, after a comma;
 * else between words, rather not behind a number or inside parentheses. The rest stands further in. No word is ever
 * torn: one that is wider than the terminal is left to it.
 */
#ifndef UNFREED_CLI_REPORT_WRAP_H
#define UNFREED_CLI_REPORT_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* Write `text`, which may have several lines, colours and characters of any width, but is clean otherwise (style.h).
 * `columns` of the terminal, 0 = it is none: then, and below 24 columns, nothing is broken. `indent`: where the rest of
 * a broken line begins. */
void wrap_print(FILE *out, const char *text, size_t columns, size_t indent);

/* A stream whose lines are broken when it ends, so that a line may be written in pieces. */
struct wrap {
        FILE *lines; /* to be written to */
        FILE *out;
        char *text; /* NULL where nothing is to be broken: then `lines` is `out` */
        size_t n_bytes, columns, indent;
};

void wrap_begin(struct wrap *wrap, FILE *out, size_t columns, size_t indent);
void wrap_end(struct wrap *wrap);

#endif
