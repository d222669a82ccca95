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
        const struct memo_level *level = hot_level(self);
        /* `logging` and nothing else of what makes a thread odd. */
        return likely(self->logging && !(self->nest | self->quiet | self->ignoring) && level &&
                      level->state == arena.stamp_release);
}

static ALWAYS_INLINE bool logged_birth(struct thread *self, void *block, size_t size, enum wire_entry entry,
                                       const struct stack_start *start)
{
        struct hot_done done = hot_birth(self, hot_level(self), block, size, entry, start, CAPTURE_ALL);
        if (!done.done)
                return false;
        log_event(self, WIRE_LOG_BIRTH, (uintptr_t)block, done.stack, size, 0);
        if (unlikely(done.flush_due))
                hot_flush(self->count);
        return true;
}

static ALWAYS_INLINE bool logged_release(struct thread *self, void *block, enum wire_entry entry, size_t given_size,
                                         const struct stack_start *start, struct hot_done *ret)
{
        *ret = hot_release(self, hot_level(self), block, entry, given_size, start, CAPTURE_ALL);
        if (!ret->done)
                return false;
        log_event(self, WIRE_LOG_RELEASE, (uintptr_t)block, ret->stack, 0, 0);
        return true;
}

#endif
