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

/* Columns that `text` takes, which must be clean; one for each character. */
size_t style_width(const char *text);
/* Spaces from column `at` to column `to`. */
void style_pad(FILE *out, size_t at, size_t to);

/* `text` without control characters and with invalid UTF-8 replaced: it can neither break the line nor talk to the
 * terminal. In `store`, or `text` itself when it is clean already. */
const char *style_clean(struct store *store, const char *text);
/* The same for `n_bytes`, and cut to `most` columns with "..." at its end. */
const char *style_clip(struct store *store, const char *text, size_t n_bytes, size_t most);

/* What stands before and after the findings: see text_frame.c. `is_clean`: no finding is shown. */
void text_head(const struct report *report, FILE *out, bool is_clean);
void text_foot(const struct report *report, FILE *out, bool is_clean);

#endif
