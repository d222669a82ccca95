/* What all doors share */
#include "shim/hooks/door.h"

#include "shim/block/quarantine.h"
#include "shim/python/python.h"
#include "shim/record/sample.h"

#include <errno.h>
#include <string.h>

void *door_early(size_t size, size_t alignment)
{
        void *block = early_take(size, alignment);
        sample_early();
        if (block == NULL)
                errno = ENOMEM;
        return block;
}

void *door_place(size_t size)
{
        int saved = errno;
        size_t bytes = sample_place_bytes(size);
        void *block = spare_take(bytes);
        if (block)
                sample_forget(&thread_self, block);
        else
                block = next_memalign(SAMPLE_PLACE_ALIGNMENT, bytes);
        errno = saved; /* if there is none, the allocator is asked again, and says so itself */
        return block;
}

void *door_place_zeroed(size_t size)
{
        void *block = door_place(size);
        return block ? memset(block, 0, size) : NULL;
}

void *door_place_resized(const struct thread *self, void *block, size_t size)
{
        if (block == NULL || !((uintptr_t)block & SAMPLE_PLACE_MASK) || !sample_would_place_filled(self, size))
                return block;
        void *placed = door_place(size);
        if (placed == NULL)
                return block;
        memcpy(placed, block, size);
        next_free(block);
        return placed;
}

static void behind_give(struct thread *self, void *block, void (*operator_delete)(void *))
{
        void *before = self->passing;
        self->passing = block;
        operator_delete(block);
        self->passing = before;
}

/* What is known as released and stands where the next that is looked at may stand. */
static bool keep_place(void *block)
{
        struct block known;
        return arena.sample_mask && (uintptr_t)block % SAMPLE_PLACE_ALIGNMENT == 0 &&
               table_find((uintptr_t)block, &known) && known.released &&
               spare_keep(block, next_malloc_usable_size(block));
}

void door_give(struct thread *self, void *block, size_t size)
{
        void *out = quarantine_exchange(self, block, size);
        if (out == NULL || (unlikely(self->sampling) && keep_place(out)))
                return;
        sample_forget(self, out);
        next_free(out);
}

/* malloc, new and new[] blocks all come from next_malloc, but where the operators are not the C++ library's: new.c. */
static void owner_give(struct thread *self, void *block, const struct record_released *released)
{
        void (*operator_delete)(void *) = released->is_aligned ? NULL : new_behind_delete(released->owner);
        if (operator_delete)
                behind_give(self, block, operator_delete);
        else if (!python_give(block, released->owner))
                next_free(block);
}

/* An operator behind ours is releasing this block, by another operator or by free(), and we have recorded that: has it
 * not given the place out again meanwhile? */
static bool is_still_passing(const void *block)
{
        struct block known;
        return table_find((uintptr_t)block, &known) && known.released;
}

void door_release(void *block, enum wire_entry entry, size_t given_size, size_t given_align,
                  const struct stack_start *start, void (*next)(void *))
{
        if (block == NULL || early_own(block))
                return;
        struct thread *self = &thread_self;
        if (unlikely(self->passing == block) && is_still_passing(block)) {
                next(block);
                return;
        }
        if (unlikely(!record_wanted(self))) {
                record_unseen_release(self, block);
                if (next_begin())
                        next(block);
                return;
        }
        record_release_came(entry);
        struct record_released released;
        switch (record_release(self, block, entry, given_size, given_align, start, &released)) {
        case RECORD_PASS:
                if (next == next_free) {
                        door_give(self, block, released.size);
                        break;
                }
                sample_forget(self, block);
                behind_give(self, block, next);
                break;
        case RECORD_OWNER:
                sample_forget(self, block);
                owner_give(self, block, &released);
                break;
        case RECORD_SWALLOW: break;
        }
}
