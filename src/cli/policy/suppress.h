/* What the user knows about and does not want to hear of
 *
 * Three languages, which may stand in one file:
 *
 *      LeakSanitizer     leak:PATTERN
 *                        PATTERN is looked for anywhere in the function, source file or module of any frame; * stands
 *                        for anything, ^ and $ for the ends.
 *      Valgrind          { name, Memcheck:Leak or Memcheck:Free, match-leak-kinds:, fun: obj: src: ... }
 *                        Blocks for other tools and other errors are read over.
 *      our own           KIND:PATTERN [bytes<=N] [expires=YYYY-MM-DD]
 *                        KIND: leak possible reachable unclassified mismatch double invalid gil size; py (PATTERN is
 *                        looked for in Python frames only); module (PATTERN is a glob over the owner module's name).
 *
 * An expired rule suppresses nothing and is said to be so.
 */
#ifndef UNFREED_CLI_POLICY_SUPPRESS_H
#define UNFREED_CLI_POLICY_SUPPRESS_H

#include "cli/policy/finding.h"

struct suppressions;

struct suppressions *suppressions_new(void);
void suppressions_free(struct suppressions *suppressions);

/* Negative: a line was said. */
int suppressions_read(struct suppressions *suppressions, const char *path);

/* The text of the first rule that matches, which is then charged with the finding; NULL = none. */
const char *suppressions_match(struct suppressions *suppressions, const struct finding *finding);

/* All rules in the order of the files, valid as long as the suppressions. */
const struct suppression_use *suppressions_uses(const struct suppressions *suppressions, size_t *ret_n);

#endif
