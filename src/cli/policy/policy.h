/* From processes to findings
 *
 * A policy is what was asked for, with the files that it names already read: it is opened before the program is
 * started, so that a bad suppression line stops us and not the program in its middle.
 */
#ifndef UNFREED_CLI_POLICY_H
#define UNFREED_CLI_POLICY_H

#include "cli/policy/finding.h"
#include "cli/policy/options.h"

struct policy;

/* Read the suppression and baseline files of `options` (which must outlive the policy). Negative: a line was said. */
int policy_open(const struct options *options, struct policy **ret_policy);
void policy_close(struct policy *policy);

/* Name, identify, merge, suppress, compare and gate. `capture` and `symbols` must outlive the findings. Negative: a
 * line was said. findings->exit_status is what the runner ends with: capture->exit_status where nothing gates or the
 * program died of a signal (128 + its number, as a shell would say it). */
int findings_make(struct policy *policy, const struct capture *capture, struct symbols *symbols,
                  struct findings **ret_findings);
void findings_free(struct findings *findings);

#endif
