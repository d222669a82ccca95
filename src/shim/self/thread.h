/* What we know of the current thread
 *
 * A zero-initialised struct in static TLS (initial-exec: one segment-relative load, no allocation by ld.so, no
 * destructor, no pthread key). A few dozen bytes, since static TLS may be nearly exhausted; all else hangs off it.
 */
#ifndef UNFREED_SHIM_SELF_THREAD_H
#define UNFREED_SHIM_SELF_THREAD_H

#include "wire/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memo;       /* stack/: this thread's remembered walks */
struct quarantine; /* block/: what it released last */
struct log;        /* record/: its lane of the log */

/* thread.odd of one that is odd by its log alone. */
#define THREAD_ODD_LOGGING (UINT64_C(1) << 48)

struct thread {
        struct wire_count *count;      /* in the arena, or a shared scrap when its list is full; NULL = thread is new */
        struct memo *memo;             /* owned by stack/, in pages of our own, reused by a later thread; may be NULL */
        struct quarantine *quarantine; /* owned by block/; NULL = none, and held_below is 0 then */
        union {
                struct {
                        uint16_t nest;  /* > 0: inside an entry point whose inner calls are not events of their own */
                        uint16_t quiet; /* > 0: inside ourselves on a slow path; allocations pass through unrecorded */
                        uint16_t ignoring; /* > 0: the program asked that what is born now be ignored (unfreed.h) */
                        uint8_t logging;   /* 1: `log` wants every event */
                        uint8_t sampling;  /* 1: not every block is looked at; owned by record/ as what follows */
                };
                uint64_t odd; /* 0: none of these */
        };
        int32_t tid;
        uint32_t image;        /* life_image() for which this is set up: differs in a fork child */
        uint32_t slot;         /* index in the thread list, 0 = none */
        uint32_t fork_epoch;   /* owned by self/life.c: header.epoch at this thread's last fork */
        uint32_t python_busy;  /* owned by python/ */
        uint32_t held_below;   /* owned by block/: blocks of fewer bytes go into the quarantine */
        uint64_t may_pass;     /* bytes that may pass without a look at them; of those until a block is looked at */
        int64_t sample_left;   /* the rest of these */
        uint64_t sample_state; /* of the random numbers */
        bool placing;          /* owned by hooks/: the block that is asked for next shall stand where sampled ones do */
        void *passing;         /* owned by hooks/: what an operator behind ours is releasing just now */
        const struct life_inside *forks_inside; /* owned by self/life.h; NULL but while it forks there */
        struct log *log; /* owned by record/, where `logging`; of a fork child's parent until the child has its own */
};
_Static_assert(offsetof(struct thread, nest) == offsetof(struct thread, odd) &&
                       offsetof(struct thread, logging) == offsetof(struct thread, odd) + 6 &&
                       __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "nest is the lowest part of odd, and THREAD_ODD_LOGGING is 1 there");
extern __thread struct thread thread_self __attribute__((tls_model("initial-exec")));

/* Whatever is asked for from here on is looked at: it may not count as what sampling counts. */
static inline void thread_look(struct thread *self)
{
        if (self->may_pass == 0)
                return;
        self->sample_left += (int64_t)self->may_pass;
        self->may_pass = 0;
}

static inline void thread_quiet_begin(struct thread *self)
{
        thread_look(self);
        self->quiet++;
}

static inline void thread_quiet_end(struct thread *self) { self->quiet--; }

/* `nest` as the lowest part of the whole word, which is what is read: a load that is wider than the store before it waits
 * until that has left the core. */
static inline void thread_nest_begin(struct thread *self)
{
        thread_look(self);
        self->odd += 1;
}

static inline void thread_nest_end(struct thread *self) { self->odd -= 1; }

/* Give a new thread (or a fork child's only one) its place in the list. Slow; comes when `count` is NULL. Sets all but
 * `count`, which the caller sets when the thread is ready, from the returned place. */
struct wire_count *thread_init(struct thread *self);

/* Is a thread of this process with this id alive? */
bool thread_alive(int32_t tid);

/* Visit each known thread; `alive` says whether it still is. */
void thread_each(void (*visit)(const struct wire_thread *thread, bool alive, void *context), void *context);

#endif
