/* Snapshots that the runner keeps while the program runs: for services, at which nobody sits */
#ifndef UNFREED_CLI_COMMAND_KEEPER_H
#define UNFREED_CLI_COMMAND_KEEPER_H

#include "cli/collect/collect.h"
#include "cli/policy/policy.h"

struct keeper;

/* As UNFREED_OPTIONS asks: then the request is told how often to look. *ret_keeper NULL = nothing was asked for.
 * Negative: a line was said. */
int keeper_new(const struct options *options, struct collect_request *request, struct keeper **ret_keeper);
void keeper_free(struct keeper *keeper);

#endif
