/* What another allocator behind ours keeps: its records, and memory that it got back */
#ifndef UNFREED_SHIM_LEAK_KEPT_H
#define UNFREED_SHIM_LEAK_KEPT_H

#include <stdbool.h>
#include <stdint.h>

/* Once in a process image, with the path of the object whose malloc is behind ours. */
void kept_init(const char *allocator);

/* May there be blocks that no door saw? */
bool kept_any_unseen(void);

/* Is what was a block once never given back to the kernel? */
bool kept_is_for_good(void);

/* Between mark_set_readable() and mark_end(): take memory and find what can be found before mappings are read. With
 * less memory less is found. */
void kept_begin(void);
void kept_end(void);

/* Is this address, in private memory that is there, in the allocator's own records or in a large block that it got
 * back? *ret_until: up to where the answer holds. Calls within one mapping come in ascending order of addresses, each
 * page that is there among them. */
bool kept_holds(uintptr_t address, uintptr_t *ret_until);

#endif
