/* What the programs of this folder share: functions that a stack is known by */
#ifndef UNFREED_TEST_LOG_ACT_H
#define UNFREED_TEST_LOG_ACT_H

#include <stdlib.h>
#include <time.h>

#define NOINLINE __attribute__((noinline, noipa))

static NOINLINE void *keep(size_t size)
{
        void *block = malloc(size);
        __asm__ volatile("" ::: "memory");
        return block;
}

static inline void sleep_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

#endif
