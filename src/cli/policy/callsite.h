/* What a call instruction calls */
#ifndef UNFREED_CLI_POLICY_CALLSITE_H
#define UNFREED_CLI_POLICY_CALLSITE_H

#include "cli/capture/model.h"

/* Where the direct call before the return address `frame` goes, as a return address into the first byte of that function
 * (what symbols_name() takes). False: it is no such call, or its bytes cannot be read. */
bool callsite_target(const struct raw_frame *frame, struct raw_frame *ret_target);

#endif
