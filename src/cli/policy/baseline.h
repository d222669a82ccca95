/* The findings that a code base has agreed to live with, for now
 *
 * A text file, one line for each id, sorted by id, so that two branches that add different sites merge without a
 * conflict. What a line says besides the id is for people, for sites that move, and for the ratchet:
 *
 *      ID loose=ID kind=KIND blocks=N bytes=N [places=N] at=MODULE!FUNCTION [expires=YYYY-MM-DD] [# reason]
 *
 * places= is how many places of the source share the id, where it is more than one. In at=, a space is %20, a % is %25
 * and a # is %23. Lines that begin with # are comments and stay where they are: in front of the line that follows them.
 */
#ifndef UNFREED_CLI_POLICY_BASELINE_H
#define UNFREED_CLI_POLICY_BASELINE_H

#include "cli/policy/finding.h"
#include "cli/policy/options.h"

#include <stdio.h>

struct baseline;

/* Negative: a line was said. */
int baseline_read(const char *path, struct baseline **ret_baseline);
void baseline_free(struct baseline *baseline);

/* Say of each finding that is not suppressed whether it is new, known, moved or grown. Only what may gate is new. */
void baseline_compare(struct baseline *baseline, const struct options *options, struct finding *const *findings,
                      size_t n);

/* Known or moved, and no worse than it was. */
bool baseline_excuses(const struct finding *finding);

/* The ids that no finding had, after baseline_compare(). In `store`. */
const char *const *baseline_gone(const struct baseline *baseline, struct store *store, size_t *ret_n);

/* Write a new file with all findings that gate. Refuses to overwrite one. Negative: a line was said. */
int baseline_init(const char *path, const struct findings *findings, size_t *ret_n_written);

/* Rewrite the file: what is gone leaves, what shrank gets its new numbers, what moved its new id. With `add`, what is new
 * enters, what grew gets its new numbers too, and what had expired is agreed to again. Each change is one line on `out`
 * ("+ ID ...", "- ID ..." or, of an entry that stays, "~ ID ..."), if that is not NULL. The findings must have been made
 * with this baseline. Negative: a line was said and the file is as it was. */
int baseline_rewrite(struct baseline *baseline, const struct findings *findings, bool add, FILE *out);

#endif
