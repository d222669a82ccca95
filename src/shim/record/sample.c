/* Sampling: which block is looked at. See sample.h */
#include "shim/record/sample.h"

#include "shim/self/options.h"
#include "shim/sys/clock.h"
#include "shim/sys/pages.h"

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

uint8_t sample_known[SAMPLE_BINS] PAGES_APART;

static bool any_known; /* of this image, at any time */

enum { PASTS = 1024 }; /* two pages, of which one each was touched by nearly every release of a block that was taken */

void sample_image_begin(void)
{
        if (any_known)
                memset(sample_known, 0, sizeof sample_known);
        any_known = false;
        if (options.sample)
                arena_limit_past(PASTS);
}

void sample_settle(bool is_plain)
{
        uintptr_t mask = 0;
        if (is_plain && arena.sample_mask)
                mask = arena.sample_mask;
        else if (is_plain && !any_known && !early_used && options.sample >= SAMPLE_PLACE_FROM &&
                 arena.granule_shift == HOT_GRANULE_SHIFT)
                mask = SAMPLE_PLACE_MASK;
        __atomic_store_n(&arena.sampled, is_plain ? sample_known : NULL, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.sample_mask, mask, __ATOMIC_SEQ_CST);
        if (early_used)
                sample_early();
}

void sample_early(void) { __atomic_store_n(&arena.sample_mask, 0, __ATOMIC_SEQ_CST); }

bool sample_would_place_filled(const struct thread *self, size_t size)
{
        return sample_would_place(self, size) && size <= options.sample / 16;
}

/* One more is known that stands elsewhere, or one less. Their number is in bits 48 and up; when it has reached the most
 * it stays. */
static void elsewhere(int change)
{
        enum { SHIFT = 48, MOST = 255 };
        uintptr_t mask = __atomic_load_n(&arena.sample_mask, __ATOMIC_RELAXED), after;
        do {
                uint64_t n = mask >> SHIFT;
                if (mask == 0 || n == MOST || (n == 0 && change < 0))
                        return;
                n += (uint64_t)change;
                after = n ? n << SHIFT : SAMPLE_PLACE_MASK;
        } while (!__atomic_compare_exchange_n(&arena.sample_mask, &mask, after, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

void sample_remember(uintptr_t start)
{
        if (!table_is_unknown(start))
                return; /* and counted */
        any_known = true;
        if (start & SAMPLE_PLACE_MASK)
                elsewhere(1);
        uint8_t *bin = &sample_known[sample_bin(start)], n = __atomic_load_n(bin, __ATOMIC_RELAXED);
        while (n < SAMPLE_MOST &&
               !__atomic_compare_exchange_n(bin, &n, (uint8_t)(n + 1), true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                ;
}

void sample_forgotten(uintptr_t start)
{
        if (start & SAMPLE_PLACE_MASK)
                elsewhere(-1);
        uint8_t *bin = &sample_known[sample_bin(start)], n = __atomic_load_n(bin, __ATOMIC_RELAXED);
        while (n > 0 && n < SAMPLE_MOST &&
               !__atomic_compare_exchange_n(bin, &n, (uint8_t)(n - 1), true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
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
        self->may_pass = 0;
        self->sample_left = sample_next_gap(self);
        arena.header->sample_bytes = options.sample;
}
