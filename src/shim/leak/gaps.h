/* Heap that a fork child inherited and its own table does not speak of */
#ifndef UNFREED_SHIM_LEAK_GAPS_H
#define UNFREED_SHIM_LEAK_GAPS_H

#include "shim/leak/mark.h"

#include <stdint.h>

/* Did the parent's table speak of heap about here? */
bool gaps_may_be(uintptr_t address);

/* Read what may hold pointers in [start, end), within one page: blocks that were the parent's at the fork, and what
 * nobody knows. Calls come in ascending order of addresses. */
void gaps_read(uintptr_t start, uintptr_t end, const struct mark_source *source);

#endif
