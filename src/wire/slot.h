/* A small live block in eight bytes
 *
 * The block table gives each granule of heap (32 bytes under glibc, which never puts two live blocks in one) a slot
 * of 64 bits. Everything that a malloc or a free must read or write about a small block is in that one word, so that
 * a plain load or store of it is a consistent record and no lock is needed:
 *
 *      bits  0-29  stack     trie node of the allocation (live) or of the release (released; from WIRE_SLOT_NODES_END on
 *                            it is no node but the shim's own note of it, which only the process can read)
 *      bits 30-46  size      requested bytes, < 128 KiB; larger blocks live in the table of large blocks
 *      bits 47-49  family    who may release it; 0 = the slot is empty
 *      bits 50-52  verdict   what the end-of-run judgement said of it
 *      bit  53     released  the block is gone; what stays is the memory of its release
 *      bits 54-55  low       address bits 3 and 4: where in its granule the block starts
 *      bits 56-63  epoch     number of forks, marks and the like seen when it was born, modulo 255; 0 = "ancient" (FORMAT.md)
 */
#ifndef UNFREED_WIRE_SLOT_H
#define UNFREED_WIRE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t wire_slot;

enum {
        WIRE_SLOT_STACK_BITS = 30,
        WIRE_SLOT_NODES_END = 1 << (WIRE_SLOT_STACK_BITS - 1), /* no node has this number, or a larger one */
        WIRE_SLOT_SIZE_SHIFT = 30,
        WIRE_SLOT_SIZE_BITS = 17,
        WIRE_SLOT_FAMILY_SHIFT = 47,
        WIRE_SLOT_VERDICT_SHIFT = 50,
        WIRE_SLOT_RELEASED_SHIFT = 53,
        WIRE_SLOT_LOW_SHIFT = 54,
        WIRE_SLOT_EPOCH_SHIFT = 56,
        WIRE_SMALL_MAX = (1 << WIRE_SLOT_SIZE_BITS) - 1, /* largest size that a slot can hold, bytes */
};

/* What the judgement said. Valgrind's words; `IGNORED` and `RUNTIME` do not gate. Append only, at most 8. */
#define WIRE_VERDICTS(X)                                                                                               \
        X(UNCLASSIFIED, "unclassified") /* never judged: the process was killed, or the budget ended */                \
        X(REACHABLE, "reachable")       /* a root, or a reachable block, points to its start */                        \
        X(POSSIBLE, "possible")         /* only pointers into its middle were found */                                 \
        X(INDIRECT, "indirect")         /* only lost blocks point to it */                                             \
        X(DEFINITE, "definite")         /* nothing points to it */                                                     \
        X(IGNORED, "ignored")           /* the program asked us to ignore it */                                        \
        X(RUNTIME, "runtime")           /* a cache of libc, libstdc++ or an interpreter */

enum wire_verdict {
#define X(id, name) WIRE_VERDICT_##id,
        WIRE_VERDICTS(X)
#undef X
        WIRE_VERDICT_END,
};
_Static_assert(WIRE_VERDICT_END <= 8, "a slot has three bits for the verdict");

static inline wire_slot wire_slot_make(uint32_t stack, uint64_t size, unsigned family, uintptr_t address, unsigned epoch)
{
        return (uint64_t)stack | size << WIRE_SLOT_SIZE_SHIFT | (uint64_t)family << WIRE_SLOT_FAMILY_SHIFT |
               (uint64_t)(address >> 3 & 3) << WIRE_SLOT_LOW_SHIFT | (uint64_t)epoch << WIRE_SLOT_EPOCH_SHIFT;
}
static inline uint32_t wire_slot_stack(wire_slot s) { return (uint32_t)s & ((1u << WIRE_SLOT_STACK_BITS) - 1); }
static inline uint32_t wire_slot_size(wire_slot s) { return (uint32_t)(s >> WIRE_SLOT_SIZE_SHIFT) & WIRE_SMALL_MAX; }
static inline unsigned wire_slot_family(wire_slot s) { return (unsigned)(s >> WIRE_SLOT_FAMILY_SHIFT) & 7; }
static inline unsigned wire_slot_verdict(wire_slot s) { return (unsigned)(s >> WIRE_SLOT_VERDICT_SHIFT) & 7; }
static inline bool wire_slot_released(wire_slot s) { return s >> WIRE_SLOT_RELEASED_SHIFT & 1; }
static inline unsigned wire_slot_low(wire_slot s) { return (unsigned)(s >> WIRE_SLOT_LOW_SHIFT & 3) << 3; }
static inline unsigned wire_slot_epoch(wire_slot s) { return (unsigned)(s >> WIRE_SLOT_EPOCH_SHIFT); }
static inline bool wire_slot_live(wire_slot s) { return wire_slot_family(s) != 0 && !wire_slot_released(s); }

/* Does the slot of this granule speak of a block that starts at exactly `address`? */
static inline bool wire_slot_is_of(wire_slot s, uintptr_t address)
{
        return wire_slot_family(s) != 0 && ((s >> WIRE_SLOT_LOW_SHIFT ^ address >> 3) & 3) == 0 && (address & 7) == 0;
}

#endif
