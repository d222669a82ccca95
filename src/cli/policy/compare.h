/* Two runs, compared: what is new, what grew, what shrank, what is gone
 *
 * Findings are the same when their id and rule are; a new one and a gone one with the same loose id (id.h) are one that
 * moved.
 */
#ifndef UNFREED_CLI_POLICY_COMPARE_H
#define UNFREED_CLI_POLICY_COMPARE_H

#include "cli/policy/finding.h"

/* id, word. In the order in which they are shown. */
#define CHANGES(X)                                                                                                     \
        X(NEW, "new")                                                                                                  \
        X(GROWN, "grown")                                                                                              \
        X(MOVED, "moved")                                                                                              \
        X(SHRUNK, "shrunk")                                                                                            \
        X(GONE, "gone")                                                                                                \
        X(SAME, "unchanged")

enum change_kind {
#define X(id, word) CHANGE_##id,
        CHANGES(X)
#undef X
        CHANGE_END,
};

struct change {
        enum change_kind kind;
        const struct finding *before, *after; /* NULL: NEW has no before, GONE no after */
};

struct comparison {
        struct change *all; /* by kind, then by what changed most */
        size_t n;
        size_t counts[CHANGE_END];
};

const char *change_word(enum change_kind kind);

/* Bytes and blocks of a finding; occurrences for a wrong release. 0 for NULL. */
uint64_t change_bytes(const struct finding *finding);
uint64_t change_blocks(const struct finding *finding);

/* Both must outlive the comparison. Negative: a line was said. */
int compare_findings(const struct findings *before, const struct findings *after, struct comparison *ret_comparison);
void comparison_deinit(struct comparison *comparison);

#endif
