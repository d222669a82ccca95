/* From a capture to reports: what `run`, `report` and `snapshot` do alike */
#ifndef UNFREED_CLI_COMMAND_JUDGE_H
#define UNFREED_CLI_COMMAND_JUDGE_H

#include "cli/capture/model.h"
#include "cli/policy/policy.h"
#include "cli/symbol/symbol.h"

struct verdict {
        int exit_status; /* findings->exit_status */
        size_t n_gating, n_gone;
};

/* Find, report to `fd` and to what was asked for. `symbols` keeps the names that were needed. Negative: a line was
 * said. */
int judge_capture(struct policy *policy, const struct options *options, const struct capture *capture,
                  struct symbols *symbols, int fd, struct verdict *ret_verdict);

/* For capture_read(): `context` is a struct symbols. */
const char *judge_names(void *context, const void *names, size_t bytes);

#endif
