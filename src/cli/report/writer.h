/* JSON, written as it comes
 *
 * Reports of a hundred thousand findings must not be built in memory first. The writer knows where it is (so that commas
 * are right), escapes what it is given and replaces what is not UTF-8; that keys are not repeated is the caller's care.
 */
#ifndef UNFREED_CLI_REPORT_WRITER_H
#define UNFREED_CLI_REPORT_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct writer {
        FILE *out;
        bool needs_comma;
        bool is_inside_html; /* "<" is escaped, so that no text can end the element around it */
};

/* `key` is NULL inside an array. */
void writer_object(struct writer *writer, const char *key);
void writer_array(struct writer *writer, const char *key);
void writer_end_object(struct writer *writer);
void writer_end_array(struct writer *writer);
void writer_text(struct writer *writer, const char *key, const char *text); /* NULL: null */
void writer_number(struct writer *writer, const char *key, uint64_t n);
void writer_integer(struct writer *writer, const char *key, int64_t n);
void writer_bool(struct writer *writer, const char *key, bool value);
void writer_null(struct writer *writer, const char *key);
/* A line break, where JSON allows any. */
void writer_newline(struct writer *writer);

/* Only the escaped text, without quotes. */
void writer_escape(FILE *out, const char *text, bool is_inside_html);

#endif
