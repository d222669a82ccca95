/* Blocks too large for a slot: the table of large blocks. Used through table.h. */
#ifndef UNFREED_SHIM_BLOCK_LARGE_H
#define UNFREED_SHIM_BLOCK_LARGE_H

#include "shim/block/table.h"

/* Where the probing for this address begins: in units of 128 KiB, so that neighbours share a page of the table instead
 * of touching a page each. */
static inline uint64_t large_home(uintptr_t start) { return start >> WIRE_SLOT_SIZE_BITS; }
enum { LARGE_ENTRIES_PER_PAGE = WIRE_PAGE_BYTES / sizeof(struct wire_large) };

void large_insert(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family);
bool large_find(uintptr_t start, struct block *ret_block);
bool large_find_holding(uintptr_t address, bool released, struct block *ret_block);
void large_release(struct wire_large *large, uint32_t release_stack);
void large_forget(struct wire_large *large);
void large_each(bool (*visit)(const struct block *block, void *context), void *context);
/* Those that were released and whose place was not needed since. */
void large_each_released(bool (*visit)(const struct block *block, void *context), void *context);

#endif
