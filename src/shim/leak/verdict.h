/* Which blocks a pass over the table wants, by what has been said of them so far */
#ifndef UNFREED_SHIM_LEAK_VERDICT_H
#define UNFREED_SHIM_LEAK_VERDICT_H

#include "shim/block/table.h"
#include "wire/slot.h"

#include <stdbool.h>

/* INDIRECT and already added to its leader; only while mark_lost() runs. */
enum { COUNTED = WIRE_VERDICT_END };
_Static_assert(COUNTED < 8, "a slot has three bits for the verdict");

static inline bool is_any(unsigned verdict) { return true; }
static inline bool is_unclassified(unsigned verdict) { return verdict == WIRE_VERDICT_UNCLASSIFIED; }
static inline bool is_ignored(unsigned verdict) { return verdict == WIRE_VERDICT_IGNORED; }
static inline bool is_lost(unsigned verdict)
{
        return verdict == WIRE_VERDICT_UNCLASSIFIED || verdict == WIRE_VERDICT_INDIRECT;
}
static inline bool is_of_lost(unsigned verdict) { return is_lost(verdict) || verdict == WIRE_VERDICT_DEFINITE; }
static inline bool is_indirect(unsigned verdict) { return verdict == WIRE_VERDICT_INDIRECT; }
static inline bool is_definite(unsigned verdict) { return verdict == WIRE_VERDICT_DEFINITE; }
static inline bool is_counted(unsigned verdict) { return verdict == COUNTED; }
static inline bool is_judged(unsigned verdict)
{
        return verdict != WIRE_VERDICT_UNCLASSIFIED && verdict != WIRE_VERDICT_IGNORED;
}

/* False: another block has taken its place. */
static inline bool verdict_set(const struct block *block, unsigned verdict)
{
        if (block->large) {
                block->large->verdict = (uint8_t)verdict;
                return true;
        }
        const wire_slot bits = UINT64_C(7) << WIRE_SLOT_VERDICT_SHIFT;
        wire_slot was = __atomic_load_n(block->slot, __ATOMIC_RELAXED);
        if (!wire_slot_live(was) || !wire_slot_is_of(was, block->start))
                return false;
        wire_slot now = (was & ~bits) | (uint64_t)verdict << WIRE_SLOT_VERDICT_SHIFT;
        return __atomic_compare_exchange_n(block->slot, &was, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

#endif
