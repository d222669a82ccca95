/* Bits: alignment and mixing, for both houses */
#ifndef UNFREED_BARE_BITS_H
#define UNFREED_BARE_BITS_H

#include <stdint.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* `to` is a power of two. */
static inline uint64_t align_up(uint64_t n, uint64_t to) { return (n + to - 1) & ~(to - 1); }
static inline uint64_t align_down(uint64_t n, uint64_t to) { return n & ~(to - 1); }

/* log2 of a power of two; 0 for 0. */
static inline unsigned log2_exact(uint64_t n) { return n ? (unsigned)__builtin_ctzll(n) : 0; }

/* A 64-bit finalizer: every input bit reaches every output bit (the constants are those of splitmix64). */
static inline uint64_t mix64(uint64_t x)
{
        x ^= x >> 30;
        x *= UINT64_C(0xbf58476d1ce4e5b9);
        x ^= x >> 27;
        x *= UINT64_C(0x94d049bb133111eb);
        return x ^ x >> 31;
}

#endif
