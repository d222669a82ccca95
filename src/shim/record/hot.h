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
#include "shim/self/next.h"
#include "shim/self/thread.h"
#include "shim/stack/capture.h"
#include "wire/family.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Why the plain case is never plain in this process: any of these set. */
enum hot_exception {
        HOT_FAIL = 1,       /* requests are made to fail */
        HOT_PYTHON = 2,     /* Python frames belong to stacks */
        HOT_CHECK = 4,      /* walks are checked */
        HOT_NO_RELEASE = 8, /* releases have no stacks: births are plain all the same, and so are releases, behind a call */
        HOT_GRANULE = 16,   /* a slot does not speak of 32 bytes: the allocator is not glibc's */
};
enum { HOT_GRANULE_SHIFT = 5, HOT_LEAF_SHIFT = HOT_GRANULE_SHIFT + 17 };

/* From now on there are these exceptions, and those not any more. Called whenever an arena was made, with no change if
 * there is none. */
void hot_except(unsigned more, unsigned no_more);

/* Recording, with no exception, in a thread that has its place (its memo comes with it). `directory`: arena.plain_birth for
 * a birth, arena.plain_release for a release. */
static ALWAYS_INLINE bool hot_thread_is_plain(const struct thread *self) { return likely(self->memo && !self->odd); }
static ALWAYS_INLINE bool hot_is_plain(const uint32_t *directory, const struct thread *self)
{
        return likely(directory && hot_thread_is_plain(self));
}

/* table_slot() with what is constant under glibc. The directory may be gone: another thread may have ended the recording
 * since hot_is_plain(). */
static ALWAYS_INLINE wire_slot *hot_slot(const uint32_t *directory, uintptr_t address)
{
        uint64_t at = address >> HOT_LEAF_SHIFT;
        if (unlikely(at >= UINT64_C(1) << (47 - HOT_LEAF_SHIFT)))
                return NULL;
        uint64_t leaf = likely(directory != NULL) ? directory[at] : 0;
        uint64_t index = (address >> HOT_GRANULE_SHIFT) & (WIRE_LEAF_SLOTS - 1);
        return likely(leaf != 0) ? arena.slots + leaf * WIRE_LEAF_SLOTS + index : NULL;
}

/* `start` stays in registers as long as nobody wants its address: so it is copied for those who do. */
#define HOT_START(start) (&(struct stack_start){.pc = (start)->pc, .sp = (start)->sp, .fp = (start)->fp})

enum { HOT_FLUSH_BYTES = 65536 };
void hot_flush(struct wire_count *count);

/* The process's peak is exact for one thread, and within HOT_FLUSH_BYTES a thread for more. */
static ALWAYS_INLINE void hot_count_born(struct wire_count *count, uint64_t size)
{
        int64_t live = count->live_bytes + (int64_t)size;
        count->births++;
        count->live_bytes = live;
        if (live > count->high_bytes) {
                count->high_bytes = live;
                if (unlikely(live > HOT_FLUSH_BYTES))
                        hot_flush(count);
        }
}

static ALWAYS_INLINE void hot_count_released(struct wire_count *count, uint64_t size)
{
        int64_t live = count->live_bytes - (int64_t)size;
        count->releases++;
        count->live_bytes = live;
        if (unlikely(live < -HOT_FLUSH_BYTES))
                hot_flush(count);
}

/* The node of the stack; 0: it is not known near by. */
static ALWAYS_INLINE uint32_t hot_stack(struct thread *self, const struct stack_start *start, uint64_t allocator_word,
                                        enum capture_reach how_far)
{
        uint32_t stack = capture_remembered(self, start, allocator_word, how_far);
        if (how_far == CAPTURE_FAR && stack == 0)
                stack = capture_changed(self, HOT_START(start), allocator_word).n;
        return stack;
}

/* Record a block just given. False: nothing was done. `entry` and `how_far` are constants. A door first tries what is
 * near, which needs no call and hence no saving of registers, and then calls a function of its own that looks far. */
static ALWAYS_INLINE bool hot_birth_with(struct thread *self, void *block, size_t size, enum wire_entry entry,
                                         const struct stack_start *start, enum capture_reach how_far,
                                         uint32_t *ret_stack)
{
        wire_slot *slot = hot_slot(arena.plain_birth, (uintptr_t)block);
        if (unlikely(size > WIRE_SMALL_MAX || slot == NULL || *slot == 0))
                return false;
        uint32_t stack = hot_stack(self, start, wire_word_allocator(entry, 0), how_far);
        if (how_far == CAPTURE_NEAR && unlikely(stack == 0))
                return false;
        *slot = wire_slot_make(stack, size, wire_entry_family(entry), (uintptr_t)block, arena.epoch);
        hot_count_born(self->count, size);
        *ret_stack = stack;
        return true;
}

static ALWAYS_INLINE bool hot_birth(struct thread *self, void *block, size_t size, enum wire_entry entry,
                                    const struct stack_start *start, enum capture_reach how_far)
{
        uint32_t stack;
        return hot_birth_with(self, block, size, entry, start, how_far, &stack);
}

/* A release through `entry` (a constant, like `how_far`) that says `given_size` or nothing. False: nothing was done, and
 * it may be anything. True: it was right, and *ret is what goes to the allocator now (NULL: nothing). */
static ALWAYS_INLINE bool hot_release_with(struct thread *self, void *address, enum wire_entry entry, size_t given_size,
                                           const struct stack_start *start, enum capture_reach how_far, void **ret,
                                           uint32_t *ret_stack)
{
        uintptr_t block = (uintptr_t)address;
        enum wire_family family = wire_entry_family(entry);
        wire_slot *where = hot_slot(how_far == CAPTURE_NONE ? arena.plain_birth : arena.plain_release, block);
        wire_slot slot = likely(where != NULL) ? *where : 0;
        /* Live, of this family, starting here: three fields of one word, and no odd address. */
        uint64_t asked = UINT64_C(7) << WIRE_SLOT_FAMILY_SHIFT | UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT |
                         UINT64_C(3) << WIRE_SLOT_LOW_SHIFT;
        uint64_t right = (uint64_t)family << WIRE_SLOT_FAMILY_SHIFT |
                         (uint64_t)(block & 0x18) << (WIRE_SLOT_LOW_SHIFT - 3) | (block & 7);
        if (unlikely((slot & asked) != right))
                return false;
        uint32_t size = wire_slot_size(slot);
        if (given_size != SIZE_MAX && unlikely(given_size != size))
                return false;
        /* Plain delete is for what plain new gave. */
        if (family != WIRE_FAMILY_MALLOC &&
            unlikely(wire_word_align_log2(arena.nodes[wire_slot_stack(slot)].word) != 0))
                return false;
        uint32_t stack = how_far == CAPTURE_NONE ? 0 : hot_stack(self, start, wire_word_allocator(entry, 0), how_far);
        if (how_far == CAPTURE_NEAR && unlikely(stack == 0))
                return false;
        /* Read again: it need not be kept meanwhile, and is there. */
        slot = __atomic_load_n(where, __ATOMIC_RELAXED);
        size = wire_slot_size(slot);
        table_release_slot_in(where, slot, block, stack, HOT_GRANULE_SHIFT);
        hot_count_released(self->count, size);
        *ret = quarantine_exchange(self, address, size);
        *ret_stack = stack;
        return true;
}

static ALWAYS_INLINE bool hot_release(struct thread *self, void *address, enum wire_entry entry, size_t given_size,
                                      const struct stack_start *start, enum capture_reach how_far, void **ret)
{
        uint32_t stack;
        return hot_release_with(self, address, entry, given_size, start, how_far, ret, &stack);
}

#endif
