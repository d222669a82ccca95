/* Heap that a fork child inherited and its own table does not speak of */
#ifndef UNFREED_SHIM_LEAK_GAPS_H
#define UNFREED_SHIM_LEAK_GAPS_H

#include "shim/leak/mark.h"

#include <stdint.h>

/* In a fork child, before the others; takes memory for what the parent's table says. */
void gaps_begin(void);
void gaps_end(void);

/* Is this page heap of the parent's? `window`: the start of the 64 MiB of it that may be a window of glibc's, 0 =
 * cannot be; `is_brk`: it lies in brk's heap. */
bool gaps_are_in(uintptr_t page, uintptr_t window, bool is_brk);

/* Read what may hold pointers in [start, end), within one page: blocks that were the parent's at the fork, and what
 * nobody knows. Calls come in ascending order of addresses. */
void gaps_read(uintptr_t start, uintptr_t end, const struct mark_source *source);

#endif
