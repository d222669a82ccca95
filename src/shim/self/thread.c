/* What we know of the current thread
 *
 * Places in the thread list are reused, since a program may make and end millions of threads: a new thread first looks
 * at a few places, round robin, for one whose owner has died (tgkill with signal 0 says so), adds its counts to the
 * totals and takes it over together with the memory that hung off it. No destructor is needed for that, and no key.
 */
#include "shim/self/thread.h"

#include "shim/arena/arena.h"
#include "shim/self/life.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

__thread struct thread thread_self __attribute__((tls_model("initial-exec")));

/* Where threads count that found the list full: shared and racy, so these counts are only about right. */
static struct wire_count scrap;

static _Atomic uint32_t hand; /* where the next search for a dead thread's place begins */

bool thread_alive(int32_t tid) { return sys_call(SYS_tgkill, sys_call(SYS_getpid), tid, 0) != -ESRCH; }

static void count_retire(struct wire_count *count)
{
        struct wire_header *header = arena.header;
        int64_t flushed = __atomic_add_fetch(&header->flushed_bytes, count->live_bytes, __ATOMIC_RELAXED);
        int64_t peak = flushed - count->live_bytes + count->high_bytes;
        if (peak > header->peak_bytes)
                header->peak_bytes = peak;
        __atomic_fetch_add(&header->retired.births, count->births, __ATOMIC_RELAXED);
        __atomic_fetch_add(&header->retired.releases, count->releases, __ATOMIC_RELAXED);
        *count = (struct wire_count){0};
}

/* A place whose thread is dead, now `tid`'s; 0 = none was met. */
static uint32_t slot_inherit(int32_t tid)
{
        enum { TRIES = 4 };
        uint64_t n = arena.header->extents[WIRE_EXTENT_THREADS].used;
        for (unsigned i = 0; i < TRIES && n > 1; i++) {
                uint32_t at = 1 + atomic_fetch_add_explicit(&hand, 1, memory_order_relaxed) % (uint32_t)(n - 1);
                struct wire_thread *thread = &arena.threads[at];
                int32_t owner = __atomic_load_n(&thread->tid, __ATOMIC_RELAXED);
                if (owner == 0 || owner == tid || thread_alive(owner))
                        continue;
                if (!__atomic_compare_exchange_n(&thread->tid, &owner, tid, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                        continue;
                count_retire(&thread->count);
                return at;
        }
        return 0;
}

struct wire_count *thread_init(struct thread *self)
{
        self->tid = (int32_t)sys_call(SYS_gettid);
        self->image = life_image();
        self->slot = slot_inherit(self->tid);
        if (self->slot == 0) {
                self->slot = (uint32_t)arena_take(WIRE_EXTENT_THREADS, 1, WIRE_DROP_THREADS);
                if (self->slot)
                        __atomic_store_n(&arena.threads[self->slot].tid, self->tid, __ATOMIC_RELEASE);
        }
        return self->slot ? &arena.threads[self->slot].count : &scrap;
}

void thread_each(void (*visit)(const struct wire_thread *thread, bool alive, void *context), void *context)
{
        struct wire_range *range = &arena.header->extents[WIRE_EXTENT_THREADS];
        for (uint64_t i = 1; i < range->used && i < range->capacity; i++) {
                int32_t tid = __atomic_load_n(&arena.threads[i].tid, __ATOMIC_ACQUIRE);
                if (tid)
                        visit(&arena.threads[i], thread_alive(tid), context);
        }
}
