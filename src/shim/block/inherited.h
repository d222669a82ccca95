/* What the parent's table said at the fork */
#ifndef UNFREED_SHIM_BLOCK_INHERITED_H
#define UNFREED_SHIM_BLOCK_INHERITED_H

#include "shim/block/table.h"

/* The fate, at the moment of our fork, of the block that starts at `start`. Only LIVE and RELEASED are sure knowledge:
 * the parent goes on changing its table, and what it changed since says nothing about our copy. Stacks in *ret_block
 * are nodes of the parent's trie (inherited_nodes()). */
enum inherited { INHERITED_UNKNOWN, INHERITED_LIVE, INHERITED_RELEASED, INHERITED_CHANGED };
enum inherited inherited_find(uintptr_t start, unsigned fork_epoch, struct block *ret_block);

const struct wire_node *inherited_nodes(uint32_t *ret_n);

/* For walking over many: the parent's slot of this address, those of the same leaf behind it; NULL when there is none.
 * Was a block that such a slot speaks of released already at the fork, for sure? */
const wire_slot *inherited_slots(uintptr_t address);
bool inherited_was_released(wire_slot slot, unsigned fork_epoch);

#endif
