/* What all doors share
 *
 * A door is an exported function. It takes its caller's registers, asks record/ whether the call is an event, calls
 * the function behind it, and tells record/ what came of it. Doors are compiled with a frame pointer, since that is how
 * they know their caller (stack/stack.h), and hold no other logic.
 */
#ifndef UNFREED_SHIM_HOOKS_DOOR_H
#define UNFREED_SHIM_HOOKS_DOOR_H

#include "shim/hooks/fail.h"
#include "shim/record/record.h"
#include "shim/record/sample.h"
#include "shim/self/early.h"
#include "shim/self/next.h"

#define DOOR __attribute__((visibility("default")))

/* Serve a request that could not reach the functions behind ours; see self/early.h. */
void *door_early(size_t size, size_t alignment);

/* Memory for a block that is looked at, at a place where free() sees that (record/sample.h); NULL where there is none. The
 * last of them moves a block that was just resized, if it is to be looked at and there is a place. */
void *door_place(size_t size);
void *door_place_zeroed(size_t size);
void *door_place_resized(const struct thread *self, void *block, size_t size);

/* Memory from the allocator behind, for a block that is recorded next. */
static inline void *door_malloc_memory(struct thread *self, size_t size)
{
        bool places = self->placing || sample_would_place(self, size);
        self->placing = false;
        void *placed = unlikely(places) ? door_place(size) : NULL;
        return placed ? placed : next_malloc(size);
}

static inline void *door_calloc_memory(struct thread *self, size_t n, size_t size)
{
        bool places = self->placing || sample_would_place_filled(self, n * size);
        self->placing = false;
        void *placed = unlikely(places) ? door_place_zeroed(n * size) : NULL;
        return placed ? placed : next_calloc(n, size);
}

/* The same for one of this alignment, if it is to be looked at; else NULL. What is no alignment is left to the allocator
 * to refuse, and from a page on each block stands at such a place. */
static inline void *door_place_aligned(const struct thread *self, size_t alignment, size_t size)
{
        bool fits = alignment >= sizeof(void *) && alignment < SAMPLE_PLACE_ALIGNMENT && (alignment & (alignment - 1)) == 0;
        return unlikely(fits && sample_would_place(self, size)) ? door_place(size) : NULL;
}

/* Hand `block` back to the allocator behind, perhaps later (block/quarantine.h). */
void door_give(struct thread *self, void *block, size_t size);

/* One release through `entry`: what to do with the block is decided by record/, done here. */
void door_release(void *block, enum wire_entry entry, size_t given_size, size_t given_align,
                  const struct stack_start *start, void (*next)(void *));

/* The operator behind ours that releases what the one of that family makes, but for aligned forms; NULL = it is the C++
 * library's own, for which next_free() does, or the family has none. */
void (*new_behind_delete(enum wire_family family))(void *block);

/* Shall this request fail by the user's wish (option `fail`)? Sets errno then. */
static inline bool door_fails(enum wire_entry entry, size_t size)
{
        return unlikely(fail_active) && fail_now(entry, size);
}

#endif
