/* Pointers of 32 bits, two to a word
 *
 * GLib's hash tables keep pointers so as long as all of a table have no more (glib/ghash.c, since 2.60), as the heap of
 * a program that is linked to a fixed address has: arrays of 4 bytes times a power of two, from 8 elements on. Memory is
 * taken for such an array only if each element is 0 or an address up to where that heap ends.
 */
#ifndef UNFREED_SHIM_LEAK_HALVES_H
#define UNFREED_SHIM_LEAK_HALVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined __SANITIZE_ADDRESS__
#define READS_ANYTHING __attribute__((no_sanitize("address")))
#else
#define READS_ANYTHING
#endif

enum { HALVES_BYTES_LEAST = 32, HALF_LEAST = 1 << 16 };

static inline bool halves_may_fill(uint64_t bytes) { return bytes >= HALVES_BYTES_LEAST && (bytes & (bytes - 1)) == 0; }

/* Where every other half is 0 there are words, which are read as such. */
READS_ANYTHING static inline bool halves_are_words(const uint64_t *words, size_t n)
{
        uint64_t any = 0;
        size_t i = 0;
        for (; i + 4 <= n; i += 4)
                any |= words[i] | words[i + 1] | words[i + 2] | words[i + 3];
        for (; i < n; i++)
                any |= words[i];
        return any >> 32 == 0;
}

READS_ANYTHING static inline bool halves_are_addresses(const uint32_t *halves, size_t n, uintptr_t heap_end)
{
        if (halves_are_words((const uint64_t *)(const void *)halves, n / 2))
                return false;
        for (size_t i = 0; i < n; i++)
                if (halves[i] && (halves[i] < HALF_LEAST || halves[i] >= heap_end))
                        return false;
        return true;
}

#endif
