/* The plain case of a process that is logged
 *
 * What hot.h does, and the record of it. Stands behind the doors' plain way, which such a process never takes: so that
 * the others pay nothing for it.
 */
#ifndef UNFREED_SHIM_RECORD_LOGGED_H
#define UNFREED_SHIM_RECORD_LOGGED_H

#include "shim/record/hot.h"
#include "shim/record/log.h"

static ALWAYS_INLINE bool logged_is_plain(const struct thread *self)
{
        /* `logging` and nothing else of what makes a thread odd. */
        return likely(self->logging && !(self->nest | self->quiet | self->ignoring) && arena.plain_release && self->memo);
}

static ALWAYS_INLINE bool logged_birth(struct thread *self, void *block, size_t size, enum wire_entry entry,
                                       const struct stack_start *start)
{
        uint32_t stack;
        if (!hot_birth_with(self, block, size, entry, start, CAPTURE_FAR, &stack))
                return false;
        log_event(self, WIRE_LOG_BIRTH, (uintptr_t)block, stack, size, 0);
        return true;
}

static ALWAYS_INLINE bool logged_release(struct thread *self, void *block, enum wire_entry entry, size_t given_size,
                                         const struct stack_start *start, void **ret)
{
        uint32_t stack;
        if (!hot_release_with(self, block, entry, given_size, start, CAPTURE_FAR, ret, &stack))
                return false;
        log_event(self, WIRE_LOG_RELEASE, (uintptr_t)block, stack, 0, 0);
        return true;
}

#endif
