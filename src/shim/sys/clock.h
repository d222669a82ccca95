/* What time is it, without libc */
#ifndef UNFREED_SHIM_SYS_CLOCK_H
#define UNFREED_SHIM_SYS_CLOCK_H

#include "shim/sys/syscall.h"

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC. A system call: the fast way through the vdso is libc's. */
static inline uint64_t clock_ns(void)
{
        struct timespec t = {0};
        sys_call(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

#endif
