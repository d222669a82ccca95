/* Released blocks held back for a while
 *
 * A second release can be told from the first only as long as the address has not been given out again. So the memory
 * of a small block is not handed back at once but goes into a ring, a ring for each thread, and pushes out the oldest.
 */
#ifndef UNFREED_SHIM_BLOCK_QUARANTINE_H
#define UNFREED_SHIM_BLOCK_QUARANTINE_H

#include "bare/bits.h"
#include "shim/self/thread.h"

#include <stddef.h>

/* Larger blocks are given out again seldom, and holding them costs memory. So `quarantine_size` bytes of option are
 * quarantine_size / QUARANTINE_LARGEST_BYTES blocks, rounded down to a power of two. */
enum { QUARANTINE_LARGEST_BYTES = 1024 };

struct quarantine {
        uint32_t next, mask; /* mask = number of places - 1 */
        void *held[];
};

/* Give this thread its ring, if one is wanted and can be had. Slow. */
void quarantine_begin(struct thread *self);

/* To be asked again when the program's filters (sys/filter.h) change: a thread whose heap may not grow any more has only
 * what there is, so what is held of it is given back, and nothing is held from then on. */
void quarantine_fit(struct thread *self);

/* Is its memory held back, for whichever thread, so that it cannot have been given out again? Slow. */
bool quarantine_holds(const void *block);

/* Take `block` in; returns the block that must be handed back to the allocator now instead: an older one, `block`
 * itself, or NULL for none. */
static inline void *quarantine_exchange(struct thread *self, void *block, size_t size)
{
        if (unlikely(size >= self->held_below))
                return block;
        struct quarantine *ring = self->quarantine;
        void **place = &ring->held[ring->next++ & ring->mask];
        void *out = *place;
        *place = block;
        return out;
}

#endif
