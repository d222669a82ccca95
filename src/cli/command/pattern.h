/* Names of capture files with parts to be filled in */
#ifndef UNFREED_CLI_COMMAND_PATTERN_H
#define UNFREED_CLI_COMMAND_PATTERN_H

#include <stdbool.h>

/* Is it a pattern that can be filled in, in a directory that can be written to? Said before the program starts, as far
 * as it can be known then. Negative: a line was said. */
int pattern_check(const char *pattern);

/* %p pid, %h host, %e last part of the program's name, %n `counter`, %q{VAR} environment, %% percent. *ret_counts:
 * there was a %n. The result is the caller's; NULL without memory. */
char *pattern_fill(const char *pattern, int pid, const char *program, unsigned counter, bool *ret_counts);

#endif
