/* Getting reports and text to where they belong */
#ifndef UNFREED_CLI_COMMAND_EMIT_H
#define UNFREED_CLI_COMMAND_EMIT_H

#include "cli/policy/finding.h"
#include "cli/policy/options.h"
#include "cli/report/report.h"

/* Write each report that was asked for; those without a path of their own go to `fd`. A report is complete in memory
 * before its first byte is written, and files are renamed into place, so that none is ever half there. Negative: a
 * line was said. */
int emit_reports(const struct options *options, const struct capture *capture, const struct findings *findings,
                 int fd);

/* All of it, or as much as the reader wants; a reader that is gone is no error. Negative: errno says why. */
int emit_bytes(int fd, const char *bytes, size_t n);

/* Into a file that appears whole (or to a pipe or device). Negative: a line was said. */
int emit_file(const char *path, const char *bytes, size_t n);

/* May escape sequences go to `fd`? */
bool emit_color(enum color_when when, int fd);

/* What a report for this target is written on; without a path of its own it goes to `fd`. */
struct report_surface emit_surface(const struct report_target *target, enum color_when when, int fd);

#endif
