/* A heap made by hand: memory that an allocator could have given, and a table that knows the blocks in it */
#ifndef UNFREED_TESTS_HEAP_H
#define UNFREED_TESTS_HEAP_H

#include "shim/block/table.h"
#include "shim/leak/mark.h"
#include "shim_place.h"

#include <stdint.h>
#include <sys/mman.h>

enum { HEAP_BYTES = 16 << 20 };
static unsigned char *heap; /* begins a leaf's piece */
static struct sort_pair heap_readable;

static inline void heap_begin(unsigned granule_shift)
{
        place_begin(granule_shift);
        uintptr_t leaf = UINT64_C(1) << arena.leaf_shift;
        uintptr_t at = (uintptr_t)mmap(NULL, HEAP_BYTES + leaf, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        heap = (unsigned char *)((at + leaf - 1) & ~(leaf - 1));
        heap_readable = (struct sort_pair){(uintptr_t)heap, (uintptr_t)heap + HEAP_BYTES};
}

/* A block of `bytes` at `offset` of the heap, born at `stack`. */
static inline uintptr_t *heap_block_of(size_t offset, size_t bytes, uint32_t stack, enum wire_family family)
{
        table_insert((uintptr_t)heap + offset, bytes, stack, family);
        return (uintptr_t *)(heap + offset);
}

static inline uintptr_t *heap_block(size_t offset, size_t bytes)
{
        return heap_block_of(offset, bytes, 1, WIRE_FAMILY_MALLOC);
}

static inline unsigned heap_verdict(const uintptr_t *block)
{
        struct block found;
        cr_assert(table_find((uintptr_t)block, &found));
        return found.verdict;
}

#endif
