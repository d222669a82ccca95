/* Releases whose stacks are drafts: what becomes of them */
#ifndef UNFREED_SHIM_RECORD_SETTLE_H
#define UNFREED_SHIM_RECORD_SETTLE_H

#include "shim/block/table.h"
#include "shim/stack/memo.h"

/* The release of this block, whose slot is about to name the draft: tell it so, and see that there is room for more. */
void settle_drafted(struct memo_level *level, uint32_t draft, uintptr_t block);

/* The node of where a released block was released; 0 = that is not known. */
uint32_t settle_release_stack(const struct block *block);

#endif
