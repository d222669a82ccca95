/* A lock that works before and without libpthread
 *
 * Futex-based, three states (Drepper, "Futexes are tricky"). For rare, slow paths only: the hot paths take no lock.
 * Locks are taken by fork() first and reset in its child, see self/life.h.
 */
#ifndef UNFREED_SHIM_SYS_LOCK_H
#define UNFREED_SHIM_SYS_LOCK_H

#include "shim/sys/syscall.h"

#include <linux/futex.h>
#include <stdatomic.h>

struct lock {
        _Atomic uint32_t state; /* 0 free, 1 held, 2 held and somebody waits */
};

static inline bool lock_try(struct lock *lock)
{
        uint32_t expected = 0;
        return atomic_compare_exchange_strong_explicit(&lock->state, &expected, 1, memory_order_acquire,
                                                       memory_order_relaxed);
}

static inline void lock_take(struct lock *lock)
{
        if (lock_try(lock))
                return;
        while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
                sys_call(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL);
}

static inline void lock_give(struct lock *lock)
{
        if (atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2)
                sys_call(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1);
}

static inline void lock_reset(struct lock *lock) { atomic_store_explicit(&lock->state, 0, memory_order_relaxed); }

#endif
