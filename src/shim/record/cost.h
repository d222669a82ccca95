/* What recording costs a process, measured in it */
#ifndef UNFREED_SHIM_RECORD_COST_H
#define UNFREED_SHIM_RECORD_COST_H

#include <stdint.h>

/* Nanoseconds that one block costs, from its birth to its release, where both are plain (hot.h) and their stacks those of
 * this call; without what the allocator takes. The mean of a few hundred; no block is made for it, and none is recorded.
 * 0 = it cannot be told here. A few microseconds. */
uint64_t cost_of_block_ns(void);

#endif
