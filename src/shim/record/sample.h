/* Sampling: one block in so many bytes
 *
 * With the option `sample`, a thread lets bytes pass until a random number of them are through, and only the block that
 * holds the next one is looked at. The gaps are exponential with that option as their mean, so that a block of s bytes
 * is taken with probability 1 - exp(-s / mean), whatever came before it; a reader divides by that
 * (cli/capture/arena.c). Others say "Poisson by bytes" (jemalloc, tcmalloc).
 *
 * A block that is not taken must not be mistaken for one that was: what the table remembers of an address is wiped
 * before the address can be given out again.
 */
#ifndef UNFREED_SHIM_RECORD_SAMPLE_H
#define UNFREED_SHIM_RECORD_SAMPLE_H

#include "bare/bits.h"
#include "shim/record/hot.h"
#include "shim/self/early.h"

/* A thread begins: sets `sampling` and its first gap. */
void sample_thread_begin(struct thread *self);

/* Bytes until the next block is taken; at least 1. `random`: any 64 bits; `mean` in bytes. */
int64_t sample_gap(uint64_t random, uint64_t mean);
int64_t sample_next_gap(struct thread *self);

/* Shall a block of this size, just given, be looked at? Asked once for each; asking again after a yes says yes. */
static inline bool sample_takes(struct thread *self, size_t size)
{
        self->sample_left -= size < INT64_MAX / 2 ? (int64_t)(size ? size : 1) : INT64_MAX / 2;
        if (likely(self->sample_left > 0))
                return false;
        self->sample_left = sample_next_gap(self);
        return true;
}

/* Is sampling all that is unusual in this thread, so that what follows is enough? */
static ALWAYS_INLINE bool sample_is_plain(const struct thread *self)
{
        static const uint64_t only = UINT64_C(1) << 56; /* `sampling`, the uppermost byte of `odd` */
        return likely(self->odd == only && arena.sampled);
}

/* May a request of this size be met without any record? If not, nothing was done. */
static ALWAYS_INLINE bool sample_passes(struct thread *self, size_t size)
{
        int64_t left = self->sample_left - (int64_t)(size ? size : 1);
        if (!sample_is_plain(self) || unlikely(left <= 0 || size > INT64_MAX / 2))
                return false;
        self->sample_left = left;
        return true;
}

/* Is nothing known of this block, so that it may go to its allocator? */
static ALWAYS_INLINE bool sample_unknown(const struct thread *self, const void *block)
{
        if (!sample_is_plain(self) || block == NULL || unlikely(early_own(block)))
                return false;
        const wire_slot *slot = hot_slot(arena.sampled, (uintptr_t)block);
        return slot == NULL || *slot << (64 - WIRE_SLOT_EPOCH_SHIFT) == 0; /* table_is_unknown() */
}

/* What the allocator gets back is forgotten. */
static inline void sample_forget(const struct thread *self, void *block)
{
        if (unlikely(self->sampling) && !table_is_unknown((uintptr_t)block))
                table_wipe((uintptr_t)block);
}

#endif
