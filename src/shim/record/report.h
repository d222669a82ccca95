/* The report when there is no runner */
#ifndef UNFREED_SHIM_RECORD_REPORT_H
#define UNFREED_SHIM_RECORD_REPORT_H

#include <stdbool.h>

/* Start the CLI on our arena and wait for it; where it cannot be found, print module+offset lines. True when it said
 * that there are gating findings. Without effect when a runner has the arena. */
bool report_end(void);

#endif
