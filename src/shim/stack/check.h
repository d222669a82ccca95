/* Comparing our walks with those of libgcc */
#ifndef UNFREED_SHIM_STACK_CHECK_H
#define UNFREED_SHIM_STACK_CHECK_H

#include "shim/stack/stack.h"

#include <stdbool.h>
#include <stdint.h>

extern bool check_on;
static inline bool check_wanted(void) { return __builtin_expect(check_on, 0); }

/* Compare from now on; needs a process that has loaded libgcc_s.so.1, which LD_PRELOAD may do. */
void check_init(bool wanted);

/* `node` is what our walk from `start` came to. Counts, and keeps the first differences. */
void check_walk(const struct stack_start *start, uint32_t node, bool memoised);

/* Say what was counted, on stderr. */
void check_report(void);

#endif
