/* A running process, read as it is now */
#ifndef UNFREED_CLI_COMMAND_SNAPSHOT_H
#define UNFREED_CLI_COMMAND_SNAPSHOT_H

#include "cli/policy/policy.h"

/* Report the process whose arena is behind `fd` (lent) to options->targets, and keep it where options->output says.
 * Negative: a line was said. */
int snapshot_show(struct policy *policy, struct options *options, int fd, int pid);

#endif
