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
 * Nearly every request is of a block that is not taken: so a thread has a number of bytes that may pass, and each request
 * that does is subtracted from it and nothing else. Whatever is unusual in a thread takes that number away.
 *
 * Nearly every release is of a block that is unknown, and must be told so without a look at its slot, which nobody else
 * needs. Blocks of glibc's that are taken stand where others seldom do, at the beginning of a page or 16 bytes behind it,
 * as those do that it maps: then a release need only look at its address (as in jemalloc). The doors see to that where
 * they can (hooks/door.h). For other allocators, and while a block is known that stands elsewhere, a few kilobytes count,
 * bin by bin, the addresses that the table knows something of.
 */
#ifndef UNFREED_SHIM_RECORD_SAMPLE_H
#define UNFREED_SHIM_RECORD_SAMPLE_H

#include "bare/bits.h"
#include "shim/block/spare.h"
#include "shim/record/hot.h"
#include "shim/self/early.h"
#include "shim/sys/filter.h"

/* A thread begins: sets `sampling` and its first gap. */
void sample_thread_begin(struct thread *self);

/* Bytes until the next block is taken; at least 1. `random`: any 64 bits; `mean` in bytes. */
int64_t sample_gap(uint64_t random, uint64_t mean);
int64_t sample_next_gap(struct thread *self);

/* Is sampling all that is unusual in this thread, so that what follows is enough? */
static ALWAYS_INLINE bool sample_is_plain(const struct thread *self)
{
        static const uint64_t only = UINT64_C(1) << 56; /* `sampling`, the uppermost byte of `odd` */
        return likely(self->odd == only && arena.sampled);
}

/* Where that is so, all but one of the bytes that are left may pass. */
static inline void sample_let_pass(struct thread *self)
{
        if (!sample_is_plain(self) || self->may_pass || self->sample_left < 1)
                return;
        self->may_pass = (uint64_t)self->sample_left - 1;
        self->sample_left = 1;
}

/* Shall a block of this size, just given, be looked at? Asked once for each; asking again after a yes says yes. */
static inline bool sample_takes(struct thread *self, size_t size)
{
        thread_look(self);
        self->sample_left -= size < INT64_MAX / 2 ? (int64_t)(size ? size : 1) : INT64_MAX / 2;
        bool takes = unlikely(self->sample_left <= 0);
        if (takes)
                self->sample_left = sample_next_gap(self);
        sample_let_pass(self);
        return takes;
}

/* Would it? */
static inline bool sample_would_take(const struct thread *self, size_t size)
{
        uint64_t left = (uint64_t)self->sample_left + self->may_pass; /* from 1 on */
        return (size ? size : 1) >= left;
}

/* May a request of this size be met without any record? If not, nothing was done. One of no bytes never is: it counts
 * as one byte, which is left to sample_takes(). The second is for whom the first refused: it may have begun to be so. */
static ALWAYS_INLINE bool sample_passes(struct thread *self, size_t size)
{
        /* Read once: a signal handler may come between, and what it leaves may be less than `size`. */
        uint64_t may_pass = __atomic_load_n(&self->may_pass, __ATOMIC_RELAXED);
        if (size - 1 >= may_pass)
                return false;
        __atomic_store_n(&self->may_pass, may_pass - size, __ATOMIC_RELAXED);
        return true;
}

static inline bool sample_passes_after_all(struct thread *self, size_t size)
{
        sample_let_pass(self);
        return sample_passes(self, size);
}

/* Around a call of an allocator for a block that passes: what that asks for is looked at, and found to be nested. */
static ALWAYS_INLINE uint64_t sample_nest_begin(struct thread *self)
{
        uint64_t may_pass = self->may_pass;
        self->may_pass = 0;
        self->nest++;
        return may_pass;
}

static ALWAYS_INLINE void sample_nest_end(struct thread *self, uint64_t may_pass)
{
        self->nest--;
        self->may_pass = may_pass;
}

/* Where blocks that are taken stand: with none of the mask's bits. While one is known that has any, arena.sample_mask is
 * without them, and counts such blocks in those that no address has. */
enum {
        SAMPLE_PLACE_ALIGNMENT = 4096,
        SAMPLE_PLACE_MASK = 0xfe0,
        SAMPLE_PLACE_FROM = 65536,       /* a mean below which that would be too much memory */
        /* Larger ones glibc may map, which is such a place. Those that it does not, since one as large was released before,
         * it would map if a place were asked for, each time anew, and each of their pages would be touched anew. */
        SAMPLE_PLACE_MOST_BYTES = 120000,
};

/* How much to ask for there. glibc speaks of a free piece of memory by an address that is inside the last 8 bytes of the
 * block before it: so that the block does not seem held by that, these are not of it. */
static inline size_t sample_place_bytes(size_t size)
{
        if (size > PTRDIFF_MAX)
                return size; /* no allocator has that */
        return spare_bytes(size + 8);
}

/* Shall the block that this size is asked for be put there? Not where a program may be killed for asking the kernel for
 * memory. */
static inline bool sample_would_place(const struct thread *self, size_t size)
{
        return sample_is_plain(self) && arena.sample_mask && !filter_any && size <= SAMPLE_PLACE_MOST_BYTES &&
               sample_would_take(self, size);
}

/* The same for a block that is to be filled there, which costs the more the larger it is, and the oftener it is taken. */
bool sample_would_place_filled(const struct thread *self, size_t size);

/* How many addresses of each bin the table may know something of: never too few. Stays where it has reached the most.
 */
enum { SAMPLE_BINS = 1 << 15, SAMPLE_MOST = UINT8_MAX };
extern uint8_t sample_known[SAMPLE_BINS] __attribute__((visibility("hidden")));

/* An arena was made, or what is unusual in this process has changed: is sampling all that is? */
void sample_settle(bool is_plain);
/* A block of the early pool was given, which may stand anywhere. */
void sample_early(void);

static ALWAYS_INLINE size_t sample_bin(uintptr_t start) { return start >> 4 & (SAMPLE_BINS - 1); }

/* An arena was made: nothing is known yet. */
void sample_image_begin(void);
/* The table is about to know this address; or has just been made to forget it, with its slot empty. */
void sample_remember(uintptr_t start);
void sample_forgotten(uintptr_t start);

/* Is nothing known of this block since it stands where none does of which anything is? */
static ALWAYS_INLINE bool sample_stands_elsewhere(const void *block)
{
        return (uintptr_t)block & arena.sample_mask; /* a load of one word, in the instruction that tests */
}

/* Is nothing known of this block, so that it may go to its allocator? Of NULL it may be said, too. */
static ALWAYS_INLINE bool sample_unknown(const struct thread *self, const void *block)
{
        return sample_stands_elsewhere(block) ||
               (sample_is_plain(self) && likely(arena.sampled[sample_bin((uintptr_t)block)] == 0) &&
                !unlikely(early_own(block)));
}

/* The same, and where something is known in the block's place: is it another one? */
static ALWAYS_INLINE bool sample_unknown_after_all(const struct thread *self, const void *block)
{
        return sample_unknown(self, block) ||
               (sample_is_plain(self) && table_is_unknown((uintptr_t)block) && !unlikely(early_own(block)));
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
