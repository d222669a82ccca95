/* The one place where the subjects meet: what each event means */
#ifndef UNFREED_SHIM_RECORD_H
#define UNFREED_SHIM_RECORD_H

#include "bare/bits.h"
#include "shim/block/table.h"
#include "shim/self/thread.h"
#include "shim/stack/stack.h"
#include "wire/family.h"

#include <stddef.h>

/* The slow part of record_wanted(): begin recording where it has not begun, give a new thread its place. */
bool record_begin(struct thread *self);

/* Is this call an event of its own? False inside another entry point, inside ourselves, or while not recording. */
static inline bool record_wanted(struct thread *self)
{
        if (likely(arena.base && self->count && !(self->nest | self->quiet)))
                return true;
        return record_begin(self);
}

/* Is this call made by an allocator that has ours over it, on behalf of a block that the outer entry point records? */
static inline bool record_is_nested(const struct thread *self)
{
        return self->nest && likely(arena.base != NULL) && !self->sampling;
}

/* Such a block was given (or NULL): what was remembered of its address is no longer so. */
static inline void record_backing(void *block)
{
        wire_slot *slot = table_slot((uintptr_t)block);
        if (likely(slot && wire_slot_is_of(*slot, (uintptr_t)block)))
                __atomic_store_n(slot, arena.epoch_bits, __ATOMIC_RELAXED);
        else if (block)
                table_clear((uintptr_t)block);
}

/* Such a block is given back: has the outer entry point recorded that already? */
static inline bool record_is_gone(const void *block)
{
        const wire_slot *slot = table_slot((uintptr_t)block);
        return likely(slot && wire_slot_released(*slot) && wire_slot_is_of(*slot, (uintptr_t)block));
}

/* The program has a free() of its own, which stands before ours. Where it never leads to ours (but to __libc_free, say),
 * releases go past us, and a block that our calloc, realloc or memalign gave is no event: it would look lost, and its
 * address a released one when the program's own malloc() gives it again. So until a call shows that the program's
 * functions lead to ours, blocks of malloc's family are given unseen. */
void record_past_us_begin(void);
/* A call that releases came to the door of this entry point, whatever stands before it. */
void record_release_came(enum wire_entry entry);
/* Is a call that gives or resizes, and came to the door of this entry point, no event for that? */
bool record_goes_past_us(enum wire_entry entry);

/* `block` (not NULL) of `size` bytes was given to the program through `entry`. */
void record_birth(struct thread *self, void *block, size_t size, enum wire_entry entry, unsigned align_log2,
                  const struct stack_start *start);

/* The function behind an entry point has come back to another entry point for `block`, whose birth is recorded there,
 * if it is. That was none: the outermost call is the event, and will be recorded. */
void record_unborn(struct thread *self, void *block);

/* The program gives `block` (not NULL) back through `entry`. Says what the entry point must do. `given_size` and
 * `given_align`: what sized and aligned forms say; RECORD_NOT_GIVEN = nothing was said. */
#define RECORD_NOT_GIVEN SIZE_MAX
enum record_act {
        RECORD_PASS,    /* hand it to the function behind this entry point */
        RECORD_SWALLOW, /* do nothing: it must not reach any allocator */
        RECORD_OWNER,   /* hand it to the release function of its owner: it is that family's */
};
struct record_released {
        size_t size;            /* of the block; SIZE_MAX = it was not known */
        enum wire_family owner; /* OWNER only */
        bool is_aligned;        /* OWNER only: an alignment was asked for at its birth */
};
enum record_act record_release(struct thread *self, void *block, enum wire_entry entry, size_t given_size,
                               size_t given_align, const struct stack_start *start, struct record_released *ret);

/* The same for a caller that has found the block, knows that the release is right, and brings the stack. */
void record_birth_known(struct thread *self, void *block, size_t size, struct stack_id stack, enum wire_family family);
void record_release_known(struct thread *self, const struct block *block, struct stack_id stack);
void record_forgotten(struct thread *self, const struct block *block); /* taken from the table already; only count */

/* `entry`, which needs the GIL, was called without it. `block`: what it was given, or NULL. */
void record_no_gil(struct thread *self, void *block, enum wire_entry entry, const struct stack_start *start);

/* realloc: begin before the real one, end with what it returned. When begin says SWALLOW the entry point gives the
 * program a fresh block instead; when it says OWNER, the block is *ret_owner's to resize. */
struct record_resize {
        struct block old;
        bool known;              /* `old` was live and is out of the table now */
        enum wire_family family; /* of the result: that of the block, whoever was asked to resize it */
};
enum record_act record_resize_begin(struct thread *self, void *block, enum wire_entry entry,
                                    const struct stack_start *start, struct record_resize *ret_resize,
                                    enum wire_family *ret_owner);
void record_resize_end(struct thread *self, const struct record_resize *resize, void *result, size_t size,
                       enum wire_entry entry, const struct stack_start *start);

/* `block` was given out without being recorded (inside ourselves, or inside another entry point): what was remembered
 * about its address no longer holds, and what it points to is held. */
void record_unseen(struct thread *self, void *block, size_t size);
/* Until now blocks may have been given out and taken back past us: of memory that was released before, only what is in
 * quarantine is known to be free. for_good: and they will be. */
void record_bypassed(bool for_good);

/* `block` is taken back inside ourselves (ld.so gives back the error text of the program's call when ours fails), or
 * inside another entry point: that one's own block is out of the table by then, and so another that is in it is gone.
 */
void record_unseen_release(struct thread *self, void *block);

/* The same for one that is left out by the user's wish, which costs nothing but a look into the table. */
void record_untracked(void *block);

/* Somebody else's code may run inside an entry point, between us and the allocator (a layer over CPython's,
 * tracemalloc's for one), and keep blocks of its own: from now on a pointer that we do not know is not wrong for that.
 */
void record_others_below(void);

/* The PyMem and PyObject side of stacks: where python/ says which Python frames are current in this thread, as a node,
 * 0 = none. NULL = nobody says. */
void record_frames_through(struct stack_id (*frames)(struct thread *self));

/* Set by hooks/ when there is an interpreter: a release through another family's function that is no mistake. */
extern bool (*record_python_excuses)(const struct block *block, enum wire_entry entry);

#endif
