/* What is alive: the block table
 *
 * Small blocks: a slot of eight bytes for each granule of heap, found by shifting the address (wire/slot.h). Large
 * ones: an open-addressing table. Both in the arena, both lock-free: a slot is one word, a large entry is claimed by
 * its address. A block may be inserted only after the allocator gave it and must be removed before the allocator gets
 * it back, else another thread's block at the same address is mistaken for it.
 */
#ifndef UNFREED_SHIM_BLOCK_TABLE_H
#define UNFREED_SHIM_BLOCK_TABLE_H

#include "shim/arena/arena.h"
#include "wire/family.h"

struct block {
        uintptr_t start;
        uint64_t size;          /* requested bytes */
        uint32_t stack;         /* trie node of its birth; 0 = no longer known (released only) */
        uint32_t release_stack; /* released only */
        uint8_t family, verdict, epoch;
        bool released;
        wire_slot *slot; /* where it is: one of these two */
        struct wire_large *large;
};

void table_insert(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family);

/* The block, live or remembered as released, that starts at exactly this address. */
bool table_find(uintptr_t start, struct block *ret_block);

/* The block, live or (when `released`) remembered, that holds the address: start <= address < start + max(size, 1). */
bool table_find_holding(uintptr_t address, bool released, struct block *ret_block);

/* It is being released from `release_stack`: keep only the memory of it. */
void table_release(const struct block *block, uint32_t release_stack);

/* Whatever was remembered about this address is no longer so: it was given out unseen. */
void table_clear(uintptr_t start);

/* As if it had never been there; or back again, as after a failed realloc. */
void table_forget(const struct block *block);
void table_restore(const struct block *block);

/* Each live block, in address order within small and within large ones. Stops when visit is false. */
void table_each(bool (*visit)(const struct block *block, void *context), void *context);

void table_set_verdict(const struct block *block, enum wire_verdict verdict);

/* Did this piece of address space (512 granules of it) ever hold a small block? Such pages are heap, not roots. */
bool table_ever_held(uintptr_t address);

#endif
