/* From processes to findings
 *
 * A policy is what was asked for, with the files that it names already read: it is opened before the program is
 * started, so that a bad suppression line stops us and not the program in its middle.
 */
#ifndef UNFREED_CLI_POLICY_H
#define UNFREED_CLI_POLICY_H

#include "cli/policy/finding.h"
#include "cli/policy/options.h"

#include <stdio.h>

struct policy;

/* Read the suppression and baseline files of `options` (which must outlive the policy). Negative: a line was said. */
int policy_open(const struct options *options, struct policy **ret_policy);
void policy_close(struct policy *policy);

/* Name, identify, merge, suppress, compare and gate. `capture` and `symbols` must outlive the findings. Negative: a
 * line was said. findings->exit_status is what the runner ends with; 0 where the program's own end stands. */
int findings_make(struct policy *policy, const struct capture *capture, struct symbols *symbols,
                  struct findings **ret_findings);
void findings_free(struct findings *findings);

/* `unfreed baseline`. init writes all that gates into a new file and refuses to overwrite one. The others want a policy
 * that was opened with the baseline and the findings that it made; they print each change as a line ("+ ...",
 * "- ..." or "~ ...") on `out`, if that is not NULL. update adds, prunes and takes every number as it is now; prune adds
 * nothing and raises nothing. Negative: a line was said, and the file is as it was. */
int policy_baseline_init(const char *path, const struct findings *findings, size_t *ret_n_written);
int policy_baseline_update(struct policy *policy, const struct findings *findings, FILE *out);
int policy_baseline_prune(struct policy *policy, const struct findings *findings, FILE *out);

#endif
