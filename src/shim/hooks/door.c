/* What all doors share */
#include "shim/hooks/door.h"

#include "shim/block/quarantine.h"
#include "shim/python/python.h"
#include "shim/record/sample.h"

#include <errno.h>

void *door_early(size_t size, size_t alignment)
{
        void *block = early_take(size, alignment);
        if (block == NULL)
                errno = ENOMEM;
        return block;
}

void door_give(struct thread *self, void *block, size_t size)
{
        void *out = quarantine_exchange(self, block, size);
        if (likely(out != NULL)) {
                sample_forget(self, out);
                next_free(out);
        }
}

/* malloc, new and new[] blocks all come from next_malloc, see new.c. */
static void owner_give(void *block, enum wire_family owner)
{
        if (!python_give(block, owner))
                next_free(block);
}

void door_release(void *block, enum wire_entry entry, size_t given_size, size_t given_align,
                  const struct stack_start *start, void (*next)(void *))
{
        if (block == NULL || early_own(block))
                return;
        struct thread *self = &thread_self;
        if (unlikely(!record_wanted(self))) {
                record_unseen_release(self, block);
                if (next_begin())
                        next(block);
                return;
        }
        struct record_released released;
        switch (record_release(self, block, entry, given_size, given_align, start, &released)) {
        case RECORD_PASS:
                if (next == next_free) {
                        door_give(self, block, released.size);
                        break;
                }
                sample_forget(self, block);
                next(block);
                break;
        case RECORD_OWNER:
                sample_forget(self, block);
                owner_give(block, released.owner);
                break;
        case RECORD_SWALLOW: break;
        }
}
