/* The plain case, straight
 *
 * Nearly every event is of one kind: recording is on, the thread is inside nothing of ours, the block is small and its
 * neighbourhood known to the table, the stack is the thread's last one of that kind or near it. For that, the doors
 * hold these few dozen instructions in line; whatever is otherwise goes the way of record.c, which decides everything
 * anew. Nothing is done here that is not done there. tests/bench has the count of instructions under guard.
 */
#ifndef UNFREED_SHIM_RECORD_HOT_H
#define UNFREED_SHIM_RECORD_HOT_H

#include "shim/block/quarantine.h"
#include "shim/block/table.h"
#include "shim/record/settle.h"
#include "shim/self/next.h"
#include "shim/self/thread.h"
#include "shim/stack/capture.h"
#include "shim/stack/draft.h"
#include "shim/stack/stamp.h"
#include "wire/family.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Why the plain case is never plain in this process: any of these set. */
enum hot_exception {
        HOT_FAIL = 1,       /* requests are made to fail */
        HOT_PYTHON = 2,     /* Python frames belong to stacks */
        HOT_CHECK = 4,      /* walks are checked */
        HOT_NO_RELEASE = 8, /* releases have no stacks: births are plain all the same, and so are releases, behind a call */
        HOT_GRANULE = 16,   /* a slot does not speak of 32 bytes: the allocator is not glibc's */
        HOT_PAST_US = 32,   /* a free() stands before ours, and may never come to it: record.h */
};
enum { HOT_GRANULE_SHIFT = 5, HOT_LEAF_SHIFT = HOT_GRANULE_SHIFT + 17 };

/* From now on there are these exceptions, and those not any more. Called whenever an arena was made, with no change if
 * there is none. */
void hot_except(unsigned more, unsigned no_more);

/* What this thread remembers of stacks: NULL while it has no place yet. */
static ALWAYS_INLINE struct memo_level *hot_level(const struct thread *self) { return (struct memo_level *)self->memo; }

/* Recording, with no exception, in a thread that has its place, is inside nothing of ours and remembers what is. `stamp`:
 * arena.stamp_birth for a birth, arena.stamp_release for a release. */
static ALWAYS_INLINE bool hot_is_plain(const struct memo_level *level, uintptr_t stamp, const struct thread *self)
{
        return likely(self->odd == 0) && likely(level != NULL) && likely(level->state == stamp);
}

/* The slot of an address, as table_slot() finds it, with what is constant under glibc; and the address less its
 * uninteresting bits. */
struct hot_place {
        wire_slot *slot;
        uint64_t turned; /* the address, its lowest three bits uppermost: 0 there in every block's */
};

/* False for what is no address of a block, and in the child of a fork, whichever way that came about. Where there is no
 * leaf yet it is a slot of leaf 0, which is nobody's: always empty, in a page that is never marked as touched. So it
 * need not be asked whether there is one. */
static ALWAYS_INLINE bool hot_place(const void *block, struct hot_place *ret_place)
{
        uint64_t turned = (uintptr_t)block >> 3 | (uintptr_t)block << 61;
        uint64_t at = turned >> (HOT_LEAF_SHIFT - 3);
        ret_place->turned = turned;
        if (unlikely(at >= arena.directory_capacity))
                return false;
        uint64_t leaf = arena.directory[at];
        uint64_t index = (turned >> (HOT_GRANULE_SHIFT - 3)) & (WIRE_LEAF_SLOTS - 1);
        ret_place->slot = arena.slots + leaf * WIRE_LEAF_SLOTS + index;
        return true;
}

/* Is the slot that of a live block of this family at that place, of which nothing has been judged? */
static ALWAYS_INLINE bool hot_is_live(wire_slot slot, uint64_t turned, enum wire_family family)
{
        return (slot ^ turned << WIRE_SLOT_LOW_SHIFT) << (64 - WIRE_SLOT_EPOCH_SHIFT) >> (64 - WIRE_SLOT_EPOCH_SHIFT) >>
                       WIRE_SLOT_FAMILY_SHIFT ==
               (uint64_t)family;
}

enum { HOT_FLUSH_BYTES = 65536 };
void hot_flush(struct wire_count *count);

/* The process's peak is exact for one thread, and within HOT_FLUSH_BYTES a thread for more: true when hot_flush() is
 * due. */
static ALWAYS_INLINE bool hot_count_born_only(struct wire_count *count, uint64_t size)
{
        int64_t live = count->live_bytes + (int64_t)size;
        count->births++;
        count->live_bytes = live;
        if (likely(live <= count->high_bytes))
                return false;
        count->high_bytes = live;
        return unlikely(live > HOT_FLUSH_BYTES);
}

static ALWAYS_INLINE bool hot_count_released_only(struct wire_count *count, uint64_t size)
{
        int64_t live = count->live_bytes - (int64_t)size;
        count->releases++;
        count->live_bytes = live;
        return unlikely(live < -HOT_FLUSH_BYTES);
}

static ALWAYS_INLINE void hot_count_born(struct wire_count *count, uint64_t size)
{
        if (hot_count_born_only(count, size))
                hot_flush(count);
}

static ALWAYS_INLINE void hot_count_released(struct wire_count *count, uint64_t size)
{
        if (hot_count_released_only(count, size))
                hot_flush(count);
}

/* The node of the stack; 0: it is not known so near by. */
static ALWAYS_INLINE uint32_t hot_stack(struct thread *self, struct memo_level *level, const struct stack_start *start,
                                        uint64_t allocator_word, enum capture_reach how_far, bool may_draft)
{
        uint32_t stack = how_far == CAPTURE_FURTHER ? 0 : capture_near(level, start, allocator_word);
        if (how_far == CAPTURE_NEAR || likely(stack != 0))
                return stack;
        stack = capture_guessed(level, start, allocator_word);
        if (likely(stack != 0))
                return stack;
        /* `start` stays in registers as long as nobody wants its address: so it is copied for those who do. */
        return capture_further(self, &(struct stack_start){start->pc, start->sp, start->fp}, allocator_word, may_draft)
                .n;
}

/* A start as parameters, so that it stays in registers; and back. */
#define HOT_START_PARAMETERS uintptr_t start_pc, uintptr_t start_sp, uintptr_t start_fp
#define HOT_START ((struct stack_start){.pc = start_pc, .sp = start_sp, .fp = start_fp})
#define HOT_START_HERE()                                                                                               \
        (uintptr_t)__builtin_return_address(0), STACK_CALLER_SP(), *(uintptr_t *)__builtin_frame_address(0)

/* What a door calls last when hot_flush() is due. */
void *hot_flush_and_give(void *block);
void hot_flush_and_free(void *block);

/* What came of a plain event. */
struct hot_done {
        bool done;      /* false: nothing was done, and it may be anything */
        bool flush_due; /* hot_flush() is to be called, once nothing need be kept over a call */
        uint32_t stack;
        void *out; /* a release was right, and this goes to the allocator now; NULL = nothing does */
};

/* Record a block just given. `entry` and `how_far` are constants. A door first tries what is near, which needs no call
 * and hence no saving of registers, and then calls a function of its own that looks further. */
static ALWAYS_INLINE struct hot_done hot_birth(struct thread *self, struct memo_level *level, void *block, size_t size,
                                               enum wire_entry entry, const struct stack_start *start,
                                               enum capture_reach how_far)
{
        struct hot_done done = {0};
        struct hot_place place;
        if (unlikely(!hot_place(block, &place)) || unlikely(size > WIRE_SMALL_MAX))
                return done;
        /* Where heap grows, slots are empty. */
        if (unlikely(*place.slot == 0)) {
                const wire_slot *slot = place.slot;
                __asm__("" : "+r"(slot) : : "memory"); /* else its parts are kept for here, in registers */
                if (unlikely(!table_is_touched(slot)))
                        return done;
        }
        done.stack = hot_stack(self, level, start, wire_word_allocator(entry, 0), how_far, false);
        if (how_far == CAPTURE_NEAR && unlikely(done.stack == 0))
                return done;
        *place.slot = (uint64_t)done.stack | (uint64_t)size << WIRE_SLOT_SIZE_SHIFT |
                      (uint64_t)wire_entry_family(entry) << WIRE_SLOT_FAMILY_SHIFT |
                      (place.turned & 3) << WIRE_SLOT_LOW_SHIFT | arena.epoch_bits;
        done.flush_due = hot_count_born_only(self->count, size);
        done.done = true;
        return done;
}

/* A release through `entry` (a constant, like `how_far`) that says `given_size` or nothing. */
static ALWAYS_INLINE struct hot_done hot_release(struct thread *self, struct memo_level *level, void *address,
                                                 enum wire_entry entry, size_t given_size,
                                                 const struct stack_start *start, enum capture_reach how_far)
{
        struct hot_done done = {0};
        struct hot_place place;
        if (unlikely(!hot_place(address, &place)))
                return done;
        enum wire_family family = wire_entry_family(entry);
        wire_slot slot = *place.slot;
        if (unlikely(!hot_is_live(slot, place.turned, family)))
                return done;
        if (given_size != SIZE_MAX && unlikely(given_size != wire_slot_size(slot)))
                return done;
        /* Plain delete is for what plain new gave. Where there was none but plain new, no node need be fetched for that. */
        if (family != WIRE_FAMILY_MALLOC && unlikely(__atomic_load_n(&arena.any_aligned_new, __ATOMIC_RELAXED)) &&
            unlikely(wire_word_align_log2(arena.nodes[wire_slot_stack(slot)].word) != 0))
                return done;
        if (how_far != CAPTURE_NONE)
                done.stack = hot_stack(self, level, start, wire_word_allocator(entry, 0), how_far,
                                       how_far == CAPTURE_FURTHER);
        if (how_far == CAPTURE_NEAR && unlikely(done.stack == 0))
                return done;
        /* Read again: it need not be kept meanwhile, and is there. */
        slot = __atomic_load_n(place.slot, __ATOMIC_RELAXED);
        uint32_t size = wire_slot_size(slot);
        if (how_far == CAPTURE_FURTHER && unlikely(draft_is(done.stack)))
                settle_drafted(level, done.stack, (uintptr_t)address);
        table_release_slot_in(place.slot, slot, (uintptr_t)address, done.stack, HOT_GRANULE_SHIFT);
        done.flush_due = hot_count_released_only(self->count, size);
        done.out = quarantine_exchange(self, address, size);
        done.done = true;
        return done;
}

/* What is left to do after a plain release. */
static ALWAYS_INLINE void hot_released(struct thread *self, const struct hot_done *done)
{
        if (unlikely(done->flush_due))
                hot_flush(self->count);
        if (likely(done->out != NULL))
                next_free(done->out);
}

/* The same as a door's last act: a jump, or two calls. */
static ALWAYS_INLINE void hot_leave(const struct hot_done *done)
{
        if (unlikely(done->flush_due))
                hot_flush_and_free(done->out);
        else if (likely(done->out != NULL))
                next_free(done->out);
}

/* A release of which no stack is wanted (option release_stacks); false where that is not all that is unusual. */
static ALWAYS_INLINE bool hot_release_unasked(struct thread *self, void *block, enum wire_entry entry, size_t given_size,
                                              const struct stack_start *start, struct hot_done *ret)
{
        struct memo_level *level = hot_level(self);
        if (arena.stamp_release != 0 || !hot_is_plain(level, arena.stamp_birth, self))
                return false;
        *ret = hot_release(self, level, block, entry, given_size, start, CAPTURE_NONE);
        return ret->done;
}

#endif
