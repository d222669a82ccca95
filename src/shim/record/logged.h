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
        return likely(self->odd == THREAD_ODD_LOGGING) && likely(level != NULL) &&
               likely(level->state == arena.stamp_release);
}

/* What is near by, with no call: see hot_birth(). */
struct logged_done {
        struct hot_done hot;
        bool told; /* false: logged_tell_birth() or logged_tell_release() is to be called */
};

static ALWAYS_INLINE struct logged_done logged_birth_near(struct thread *self, void *block, size_t size,
                                                          enum wire_entry entry, const struct stack_start *start)
{
        struct logged_done done = {hot_birth(self, hot_level(self), block, size, entry, start, CAPTURE_NEAR), false};
        if (likely(done.hot.done))
                done.told = log_event_near(self, WIRE_LOG_BIRTH, (uintptr_t)block, done.hot.stack, (uint32_t)size);
        return done;
}

static ALWAYS_INLINE struct logged_done logged_release_near(struct thread *self, void *block, enum wire_entry entry,
                                                            size_t given_size, const struct stack_start *start)
{
        struct logged_done done = {
                hot_release(self, hot_level(self), block, entry, given_size, start, CAPTURE_NEAR), false};
        if (likely(done.hot.done))
                done.told = log_event_near(self, WIRE_LOG_RELEASE, (uintptr_t)block, done.hot.stack, 0);
        return done;
}

/* Further away, too. */
static ALWAYS_INLINE bool logged_birth(struct thread *self, void *block, size_t size, enum wire_entry entry,
                                       const struct stack_start *start)
{
        struct hot_done done = hot_birth(self, hot_level(self), block, size, entry, start, CAPTURE_ALL);
        if (!done.done)
                return false;
        log_tell(self, WIRE_LOG_BIRTH, (uintptr_t)block, done.stack, (uint32_t)size);
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
        log_tell(self, WIRE_LOG_RELEASE, (uintptr_t)block, ret->stack, 0);
        return true;
}

/* What a door calls last when a birth, or a release, was recorded and not told. */
void *logged_tell_birth(void *block, size_t size, uint32_t stack, bool flush_due);
void logged_tell_release(void *block, void *out, uint32_t stack, bool flush_due);

#endif
