/* The same numbers on every machine: xorshift64*, seeded with a constant, so that each workload does the same work and
 * can print a checksum of it. */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

struct random {
        uint64_t state;
};

static inline uint32_t random_next(struct random *r)
{
        r->state ^= r->state >> 12;
        r->state ^= r->state << 25;
        r->state ^= r->state >> 27;
        return (uint32_t)(r->state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

#define NOINLINE __attribute__((noinline))
#define NO_TAIL __asm__ volatile("") /* after a call: it is not the last thing that the function does */

#endif
