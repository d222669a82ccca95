/* Which live block does a word point to?
 *
 * The start of a small block is one look at its slot. A pointer into one is answered by the nearest live slot below:
 * live blocks do not overlap, so it is that block or none. Large blocks are few; they are sorted once.
 */
#include "shim/leak/find.h"

#include "shim/block/large.h"
#include "shim/leak/shape.h"
#include "shim/sys/pages.h"

#include <string.h>

struct find find;

static void span_add(uintptr_t start, uintptr_t end)
{
        uintptr_t high = find.low + find.span;
        if (find.span == 0) {
                find.low = start;
                high = end;
        }
        find.low = start < find.low ? start : find.low;
        find.span = (end > high ? end : high) - find.low;
        uintptr_t region = UINT64_C(1) << find.region_shift;
        uintptr_t n = 0;
        for (uintptr_t at = align_down(start, region); at < end && n < FIND_REGIONS; at += region, n++)
                find_set_bit(find.regions, at);
}

/* How far blocks that begin in this leaf may reach past its end: into a region that has no leaf of its own, perhaps. */
static uintptr_t leaf_overhang(const struct wire_leaf *leaf)
{
        unsigned n_pages = (WIRE_SMALL_MAX >> arena.granule_shift) / (WIRE_PAGE_BYTES / sizeof(wire_slot)) + 1;
        for (unsigned page = WIRE_LEAF_PAGES - n_pages; page < WIRE_LEAF_PAGES; page++)
                if (leaf->touched[page])
                        return WIRE_SMALL_MAX;
        return 0;
}

static void leaves_add(void)
{
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        for (uint64_t i = 1; i < range->used && i < range->capacity; i++) {
                const struct wire_leaf *leaf = &arena.leaves[i];
                uintptr_t region = UINT64_C(1) << find.region_shift;
                if (leaf->base)
                        span_add(leaf->base, leaf->base + region + leaf_overhang(leaf));
        }
}

static bool large_count(const struct block *block, void *context)
{
        if (block->large)
                ++*(size_t *)context;
        return true;
}

static bool large_add(const struct block *block, void *context)
{
        const size_t *capacity = context;
        if (find.n_large == *capacity)
                return false;
        find.large[find.n_large++] = (struct sort_pair){block->start, (uint64_t)(block->large - arena.large)};
        span_add(block->start, block->start + block->size);
        return true;
}

bool find_begin(void)
{
        memset(&find, 0, sizeof find);
        find.region_shift = arena.leaf_shift;
        leaves_add();
        size_t n = 0;
        large_each(large_count, &n);
        if (n) {
                find.large_bytes = n * sizeof *find.large;
                find.large = pages_take(find.large_bytes);
                if (find.large == NULL)
                        return false;
                large_each(large_add, &n);
                sort_pairs(find.large, find.n_large);
        }
        return true;
}

void find_end(void)
{
        if (find.large)
                pages_give(find.large, find.large_bytes);
        find.large = NULL;
        find.n_large = 0;
}

/* Is the address in the block? The elements of an empty array that has a cookie would begin at its very end. */
static bool holds(const struct block *block, uintptr_t address)
{
        uintptr_t offset = address - block->start;
        return offset < (block->size ? block->size : 1) ||
               (block->family == WIRE_FAMILY_NEW_ARRAY && offset == block->size && shape_is_start(block, address));
}

/* The nearest live small block that starts at or below the word. */
static bool small_below(uintptr_t word, struct block *ret_block)
{
        enum { PAGE_SLOTS = WIRE_PAGE_BYTES / sizeof(wire_slot) };
        unsigned shift = arena.granule_shift;
        uintptr_t at = word >> shift; /* in granules, as all below */
        uintptr_t reach = (WIRE_SMALL_MAX >> shift) + 1;
        uintptr_t least = at > reach ? at - reach : 1;
        while (at >= least) {
                uint32_t leaf = arena.directory[at / WIRE_LEAF_SLOTS];
                uintptr_t first = align_down(at, leaf ? PAGE_SLOTS : WIRE_LEAF_SLOTS);
                if (leaf && arena.leaves[leaf].touched[at % WIRE_LEAF_SLOTS / PAGE_SLOTS]) {
                        wire_slot *slots = arena.slots + (size_t)leaf * WIRE_LEAF_SLOTS;
                        for (uintptr_t i = at; i >= first && i >= least; i--) {
                                wire_slot slot = __atomic_load_n(&slots[i % WIRE_LEAF_SLOTS], __ATOMIC_RELAXED);
                                uintptr_t low = wire_slot_low(slot) & ((UINT64_C(1) << shift) - 1);
                                if (!wire_slot_live(slot) || (i << shift) + low > word)
                                        continue;
                                find_fill(ret_block, &slots[i % WIRE_LEAF_SLOTS], slot, (i << shift) + low);
                                return true;
                        }
                }
                if (first == 0)
                        return false;
                at = first - 1;
        }
        return false;
}

static bool large_holding(uintptr_t word, struct block *ret_block)
{
        size_t i = sort_find(find.large, find.n_large, word);
        return i < find.n_large && table_find(find.large[i].key, ret_block) && ret_block->large &&
               !ret_block->released && holds(ret_block, word);
}

bool find_inside(uintptr_t word, struct block *ret_block)
{
        struct block block;
        if (small_below(word, &block) && holds(&block, word)) {
                *ret_block = block;
                return true;
        }
        return large_holding(word, ret_block);
}
