/* Text on a terminal: colours, columns, and names that may hold anything */
#ifndef UNFREED_CLI_REPORT_STYLE_H
#define UNFREED_CLI_REPORT_STYLE_H

#include "cli/report/format.h"

enum style {
        STYLE_PLAIN,
        STYLE_STRONG,
        STYLE_FAINT,
        STYLE_BAD,
        STYLE_WARN,
        STYLE_GOOD,
        STYLE_NAME,
        STYLE_PLACE,
        STYLE_SOURCE,
};

void style_print(const struct report *report, FILE *out, enum style style, const char *text);

/* Columns that `text` takes, which must be clean: most characters take one, those of East Asia two. */
size_t style_width(const char *text);
/* The same for its first character, of *ret_bytes. */
size_t style_character(const char *text, size_t *ret_bytes);
/* Spaces from column `at` to column `to`. */
void style_pad(FILE *out, size_t at, size_t to);

/* `text` without control characters and with invalid UTF-8 replaced: it can neither break the line nor talk to the
 * terminal. In `store`, or `text` itself when it is clean already. */
const char *style_clean(struct store *store, const char *text);
/* The same for `n_bytes`, and cut to `most` columns with "..." at its end. */
const char *style_clip(struct store *store, const char *text, size_t n_bytes, size_t most);
/* Clean text cut to `most` columns, with "..." in its middle: names tell most at both ends. */
const char *style_middle(struct store *store, const char *text, size_t most);
/* The same with "..." at its beginning, at a slash where there is one: the end of a path tells most. */
const char *style_end(struct store *store, const char *text, size_t most);

/* What stands before and after the findings: see text_frame.c. `is_clean`: no finding is shown. */
void text_head(const struct report *report, FILE *out, bool is_clean);
void text_foot(const struct report *report, FILE *out, bool is_clean);

#endif
