/* Releases whose stacks are drafts: what becomes of them
 *
 * A draft (stack/draft.h) is of use while the slot of its block names it. Both are asked here, where the two meet.
 */
#include "shim/record/settle.h"

#include "shim/stack/draft.h"

#include <stdatomic.h>

/* What the slot of the block says of a release; 0 = nothing. */
static wire_slot slot_of_release(uintptr_t block, wire_slot **ret_where)
{
        wire_slot *where = table_slot(block);
        wire_slot slot = where ? __atomic_load_n(where, __ATOMIC_ACQUIRE) : 0;
        *ret_where = where;
        return wire_slot_is_of(slot, block) && wire_slot_released(slot) ? slot : 0;
}

static bool draft_wanted(uint32_t draft, uintptr_t block)
{
        wire_slot *where;
        return wire_slot_stack(slot_of_release(block, &where)) == draft;
}

/* Unless the address is given out again in this moment. */
static void draft_becomes(uint32_t draft, uintptr_t block, uint32_t node)
{
        wire_slot *where, slot = slot_of_release(block, &where);
        if (wire_slot_stack(slot) == draft)
                __atomic_compare_exchange_n(where, &slot, (slot ^ draft) | node, false, __ATOMIC_ACQ_REL,
                                            __ATOMIC_RELAXED);
}

void settle_drafted(struct memo_level *level, uint32_t draft, uintptr_t block)
{
        static const struct draft_settling settling = {draft_wanted, draft_becomes};
        draft_own(level->drafts, draft, block);
        if (unlikely(!level->drafts->is_free))
                draft_settle(level->drafts, &settling);
}

uint32_t settle_release_stack(const struct block *block)
{
        uint32_t stack = block->release_stack, node = 0;
        /* Its owner may be making a node of it meanwhile: then the slot names that. */
        for (unsigned tries = 0; draft_is(stack) && tries < 2; tries++) {
                wire_slot *where;
                node = draft_resolve(stack, block->start);
                atomic_thread_fence(memory_order_seq_cst);
                uint32_t now = wire_slot_stack(slot_of_release(block->start, &where));
                if (now == stack)
                        return node;
                stack = now;
        }
        return draft_is(stack) ? 0 : stack;
}
