/* Heap that a fork child inherited
 *
 * Its parent's blocks are not its to judge, but it may have hung its own into them: so heap is a root there, without
 * what is its own (live blocks count when somebody points to them, released ones not at all) and without what had been
 * released before the fork: free memory is full of pointers from better days, and their targets were given out again.
 */
#include "shim/leak/gaps.h"

#include "bare/bits.h"
#include "shim/block/inherited.h"
#include "shim/leak/find.h"
#include "shim/self/life.h"

/* Where the piece before ended, and up to where a block of ours, and a released one of the parent's, that began in it
 * reaches. */
static uintptr_t last_end, own_covers, free_covers;

static inline uintptr_t slot_end(wire_slot slot, uintptr_t granule_start)
{
        uintptr_t low = wire_slot_low(slot) & ((UINT64_C(1) << arena.granule_shift) - 1);
        uint32_t size = wire_slot_size(slot);
        return granule_start + low + (size ? size : 1);
}

bool gaps_may_be(uintptr_t address) { return inherited_slots(address) != NULL; }

void gaps_read(uintptr_t start, uintptr_t end, const struct mark_source *source)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift;
        uintptr_t run = 0; /* 0 = none */
        uintptr_t first = align_down(start, granule);
        const wire_slot *own = find_slot(first), *parents = inherited_slots(first);
        uint32_t epoch = life_fork_epoch();
        struct block block;
        if (start != last_end) {
                own_covers = own && table_find_holding(start, true, &block) ? block.start + block.size : 0;
                free_covers = 0;
        }
        last_end = end;
        for (uintptr_t at = first, i = 0; at < end; at += granule, i++) {
                wire_slot ours = own ? __atomic_load_n(&own[i], __ATOMIC_RELAXED) : 0;
                wire_slot theirs = parents ? __atomic_load_n(&parents[i], __ATOMIC_RELAXED) : 0;
                if (wire_slot_family(ours))
                        own_covers = slot_end(ours, at);
                if (wire_slot_family(theirs))
                        free_covers = inherited_was_released(theirs, epoch) ? slot_end(theirs, at) : 0;
                bool is_root = at >= own_covers && at >= free_covers;
                if (is_root && run == 0)
                        run = at > start ? at : start;
                if (!is_root && run) {
                        mark_range(run, at, source);
                        run = 0;
                }
        }
        if (run)
                mark_range(run, end, source);
}
