/* Sampling: which block is looked at. See sample.h */
#include "shim/record/sample.h"

#include "shim/self/options.h"
#include "shim/sys/clock.h"

#include <string.h>

/* log2 of a number from 1 on, in units of 2^-32: its highest bit, then one bit of the rest for each squaring. */
static uint64_t log2_fixed(uint64_t n)
{
        unsigned highest = 63 - (unsigned)__builtin_clzll(n);
        uint64_t result = (uint64_t)highest << 32, mantissa = n << (63 - highest); /* in units of 2^-63: 1 <= m < 2 */
        for (unsigned bit = 32; bit-- > 0;) {
                unsigned __int128 square = (unsigned __int128)mantissa * mantissa; /* 2^-126: 1 <= m < 4 */
                if (square >> 127) {
                        result |= UINT64_C(1) << bit;
                        mantissa = (uint64_t)(square >> 64);
                } else {
                        mantissa = (uint64_t)(square >> 63);
                }
        }
        return result;
}

/* -ln(u) * mean for a u that is even over 0 < u <= 1. */
int64_t sample_gap(uint64_t random, uint64_t mean)
{
        static const uint64_t LN_2 = 2977044472;                                     /* in units of 2^-32 */
        uint64_t below_one = (UINT64_C(64) << 32) - log2_fixed(random ? random : 1); /* -log2 of random / 2^64 */
        uint64_t factor = (uint64_t)((unsigned __int128)below_one * LN_2 >> 32);     /* at most 44.4 */
        unsigned __int128 gap = (unsigned __int128)factor * mean >> 32;
        return gap < 1 ? 1 : gap > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)gap;
}

int64_t sample_next_gap(struct thread *self)
{
        self->sample_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
        return sample_gap(mix64(self->sample_state), options.sample);
}

uint8_t sample_known[SAMPLE_PLACES];

void sample_image_begin(void)
{
        if (options.sample)
                memset(sample_known, 0, sizeof sample_known);
}

void sample_remember(uintptr_t start)
{
        if (!table_is_unknown(start))
                return; /* and counted */
        uint8_t *place = &sample_known[sample_place(start)], n = __atomic_load_n(place, __ATOMIC_RELAXED);
        while (n < SAMPLE_MOST &&
               !__atomic_compare_exchange_n(place, &n, (uint8_t)(n + 1), true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

void sample_forgotten(uintptr_t start)
{
        uint8_t *place = &sample_known[sample_place(start)], n = __atomic_load_n(place, __ATOMIC_RELAXED);
        while (n > 0 && n < SAMPLE_MOST &&
               !__atomic_compare_exchange_n(place, &n, (uint8_t)(n - 1), true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

void sample_thread_begin(struct thread *self)
{
        self->sampling = options.sample != 0;
        if (!self->sampling)
                return;
        /* The same seed gives each thread the same choice as long as threads begin in the same order. */
        uint64_t seed =
                options.sample_seed ? options.sample_seed : clock_ns() ^ (uintptr_t)self ^ (uint64_t)self->tid << 40;
        self->sample_state = mix64(seed + self->slot);
        self->sample_left = sample_next_gap(self);
        arena.header->sample_bytes = options.sample;
}
