/* Sampling: one block in so many bytes
 *
 * With the option `sample`, a thread lets bytes pass until a random number of them are through, and only the block that
 * holds the next one is looked at. The gaps are exponential with that option as their mean, so that a block of s bytes
 * is taken with probability 1 - exp(-s / mean), whatever came before it; a reader divides by that
 * (cli/capture/arena.c). Others say "Poisson by bytes" (jemalloc, tcmalloc).
 *
 * A block that is not taken must not be mistaken for one that was: what the table remembers of an address is wiped
 * before the address can be given out again.
 *
 * Nearly every release is of a block that is unknown, and must be told so without a look at its slot, which nobody else
 * needs: so a few kilobytes count, place by place, the addresses that the table knows something of.
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

/* May a request of this size be met without any record? If not, nothing was done. One of no bytes never is: it counts
 * as one byte, which is left to sample_takes(). */
static ALWAYS_INLINE bool sample_passes(struct thread *self, size_t size)
{
        uint64_t left = (uint64_t)self->sample_left; /* from 1 on, where plain */
        if (!sample_is_plain(self) || unlikely(size - 1 >= left - 1))
                return false;
        self->sample_left = (int64_t)(left - size);
        return true;
}

/* How many addresses of each place the table may know something of: never too few. Stays where it has reached the most.
 */
enum { SAMPLE_PLACES = 1 << 15, SAMPLE_MOST = UINT8_MAX };
extern uint8_t sample_known[SAMPLE_PLACES] __attribute__((visibility("hidden")));

static ALWAYS_INLINE size_t sample_place(uintptr_t start) { return start >> 4 & (SAMPLE_PLACES - 1); }

/* An arena was made: nothing is known yet. */
void sample_image_begin(void);
/* The table is about to know this address; or has just been made to forget it, with its slot empty. */
void sample_remember(uintptr_t start);
void sample_forgotten(uintptr_t start);

/* Is nothing known of this block, so that it may go to its allocator? Of NULL it may be said, too. */
static ALWAYS_INLINE bool sample_unknown(const struct thread *self, const void *block)
{
        return sample_is_plain(self) && likely(arena.sampled[sample_place((uintptr_t)block)] == 0) &&
               !unlikely(early_own(block));
}

/* The same of a block in whose place something is known: is it another one? */
static ALWAYS_INLINE bool sample_unknown_after_all(const struct thread *self, const void *block)
{
        return sample_is_plain(self) && table_is_unknown((uintptr_t)block) && !unlikely(early_own(block));
}

/* What the allocator gets back is forgotten. */
static inline void sample_forget(const struct thread *self, void *block)
{
        if (likely(!self->sampling) || table_is_unknown((uintptr_t)block))
                return;
        table_wipe((uintptr_t)block);
        sample_forgotten((uintptr_t)block);
}

/* table_insert() and table_forget() for blocks that may be sampled: address and count come and go together, the mark of
 * a large block included. */
static inline void sample_insert(const struct thread *self, uintptr_t start, uint64_t size, uint32_t stack,
                                 enum wire_family family)
{
        if (unlikely(self->sampling))
                sample_remember(start);
        table_insert(start, size, stack, family);
        if (unlikely(self->sampling) && size > WIRE_SMALL_MAX)
                table_mark_large(start);
}

static inline void sample_table_forget(const struct thread *self, const struct block *block)
{
        if (likely(!self->sampling))
                table_forget(block);
        else
                sample_forget(self, (void *)block->start);
}

#endif
