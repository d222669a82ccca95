/* What the parent's table said at the fork */
#ifndef UNFREED_SHIM_BLOCK_INHERITED_H
#define UNFREED_SHIM_BLOCK_INHERITED_H

#include "shim/block/table.h"

/* The fate, at the moment of our fork, of the block that starts at `start`. Only LIVE and RELEASED are sure knowledge:
 * the parent goes on changing its table, and what it changed since says nothing about our copy. Stacks in *ret_block
 * are nodes of the parent's trie (inherited_nodes()). `fork_epoch`, here and below: life_fork_epoch(). */
enum inherited { INHERITED_UNKNOWN, INHERITED_LIVE, INHERITED_RELEASED, INHERITED_CHANGED };
enum inherited inherited_find(uintptr_t start, uint32_t fork_epoch, struct block *ret_block);

const struct wire_node *inherited_nodes(uint32_t *ret_n);

/* For walking over many: the parent's slot of this address, those of the same leaf behind it; NULL when there is none.
 * What such a slot, read just now, says of the moment of the fork; `header`: of the arena that it is in. */
enum inherited_slot { SLOT_SAYS_NOTHING, SLOT_SAYS_LIVE, SLOT_SAYS_RELEASED, SLOT_WAS_CHANGED };
const wire_slot *inherited_slots(uintptr_t address);
enum inherited_slot inherited_slot_says(const struct wire_header *header, wire_slot slot, uint32_t fork_epoch);

/* Did the parent's table ever hold a block in this piece of address space (512 granules of it)? */
bool inherited_ever_held(uintptr_t address);

/* Is every block that we inherited in the parent's table? Not in a fork child's child, whose grandparent's is gone, and
 * not after a fork that we did not see. */
bool inherited_is_all(uint32_t fork_epoch);

/* An entry's epoch may be made 0, of long ago, when so many epochs have begun since it was written. */
enum { INHERITED_AGE = 120 };

/* Visit the parent's large blocks, those released before the fork left out. `changed`: at the fork there may have been
 * one of another size, or none. False when some cannot be known any more. */
bool inherited_each_large(uint32_t fork_epoch,
                          void (*visit)(uintptr_t start, uint64_t size, bool changed, void *context), void *context);

/* May a block of the parent's have begun here at the fork? */
bool inherited_may_begin(uintptr_t start, uint32_t fork_epoch);

#endif
