/* Which live block does a word point to?
 *
 * The start of a small block is one look at its slot. A pointer into one is answered by the nearest live slot below:
 * live blocks do not overlap, so it is that block or none. Large blocks are few; they are sorted once.
 */
#include "shim/leak/find.h"

#include "shim/block/large.h"
#include "shim/leak/shape.h"
#include "shim/self/options.h"
#include "shim/sys/pages.h"

#include <string.h>

enum { PLACE_SHIFT = 12 };

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
        if (start <= UINT32_MAX && end > find.half_end)
                find.half_end = end <= UINT32_MAX ? end : UINT32_MAX;
        uintptr_t place = UINT64_C(1) << find.place_shift;
        uintptr_t n = 0;
        for (uintptr_t at = align_down(start, place); at < end && n < FIND_REGIONS; at += place, n++)
                find_set_bit(find.places, at, find.place_shift);
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

/* To the byte after its end, where the elements of an empty array that has a cookie would begin. */
static bool sought_add(const struct block *block, void *context)
{
        find.n_sought += block->verdict != WIRE_VERDICT_IGNORED;
        if (!block->large)
                span_add(block->start, block->start + block->size + 1);
        return true;
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
        find.place_shift = options.sample ? PLACE_SHIFT : find.region_shift;
        if (options.sample) {
                table_each(sought_add, NULL);
        } else {
                leaves_add();
                find.n_sought = UINT64_MAX;
        }
        size_t n = 0;
        large_each(large_count, &n);
        if (n) {
                find.large_bytes = n * sizeof *find.large;
                find.large = pages_take(find.large_bytes);
                if (find.large == NULL) {
                        find_end();
                        return false;
                }
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
        if (find.pages)
                pages_give(find.pages, find.page_bytes);
        find.pages = NULL;
        find.n_leaves = 0;
        find.page_bytes = 0;
}

/* Is the address in the block? The elements of an empty array that has a cookie would begin at its very end. */
static bool holds(const struct block *block, uintptr_t address)
{
        uintptr_t offset = address - block->start;
        return offset < (block->size ? block->size : 1) ||
               (block->family == WIRE_FAMILY_NEW_ARRAY && offset == block->size && shape_is_start(block, address));
}

/* At first need, once. Address space only: of what nobody asks for no page is touched. */
static void pages_begin(void)
{
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        uint64_t n = range->used < range->capacity ? range->used : range->capacity;
        find.page_bytes = n * WIRE_LEAF_PAGES * (sizeof *find.pages + sizeof *find.made);
        find.pages = pages_take(find.page_bytes);
        find.n_leaves = find.pages ? (uint32_t)n : 0;
        find.made = (uint8_t *)(find.pages + find.n_leaves * (size_t)WIRE_LEAF_PAGES);
}

/* What is live in this page of slots. Made when first asked for: most pages never are. */
static struct find_page *page_of(uint32_t leaf, unsigned page)
{
        static struct find_page scratch;
        if (find.page_bytes == 0)
                pages_begin();
        bool kept = leaf < find.n_leaves;
        struct find_page *bits = kept ? &find.pages[(size_t)leaf * WIRE_LEAF_PAGES + page] : &scratch;
        uint8_t *made = kept ? &find.made[(size_t)leaf * WIRE_LEAF_PAGES + page] : NULL;
        if (made && *made)
                return bits;
        const wire_slot *slots = arena.slots + (size_t)leaf * WIRE_LEAF_SLOTS + page * FIND_PAGE_SLOTS;
        for (unsigned i = 0; i < FIND_PAGE_SLOTS / 64; i++) {
                uint64_t live = 0;
                for (unsigned j = 0; j < 64; j++)
                        live |= (uint64_t)wire_slot_live(__atomic_load_n(&slots[i * 64 + j], __ATOMIC_RELAXED)) << j;
                bits->live[i] = live;
        }
        if (made)
                *made = 1;
        return bits;
}

/* The nearest live slot at or below slot `at` of this page; -1 = none. */
static int page_below(const struct find_page *bits, unsigned at)
{
        uint64_t live = bits->live[at / 64] & UINT64_MAX >> (63 - at % 64);
        for (unsigned i = at / 64;; live = bits->live[--i]) {
                if (live)
                        return (int)(i * 64 + 63 - (unsigned)__builtin_clzll(live));
                if (i == 0)
                        return -1;
        }
}

/* The nearest live small block that starts at or below the word. */
static bool small_below(uintptr_t word, struct block *ret_block)
{
        unsigned shift = arena.granule_shift;
        uintptr_t at = word >> shift; /* in granules, as all below */
        uintptr_t reach = (WIRE_SMALL_MAX >> shift) + 1;
        uintptr_t least = at > reach ? at - reach : 1;
        while (at >= least) {
                uint32_t leaf = arena.directory[at / WIRE_LEAF_SLOTS];
                uintptr_t first = align_down(at, leaf ? FIND_PAGE_SLOTS : WIRE_LEAF_SLOTS);
                unsigned page = at % WIRE_LEAF_SLOTS / FIND_PAGE_SLOTS;
                int i = -1;
                if (leaf && arena.leaves[leaf].touched[page])
                        i = page_below(page_of(leaf, page), at % FIND_PAGE_SLOTS);
                if (i >= 0) {
                        wire_slot *where = table_slot((first + (unsigned)i) << shift);
                        wire_slot slot = __atomic_load_n(where, __ATOMIC_RELAXED);
                        uintptr_t start =
                                ((first + (unsigned)i) << shift) + (wire_slot_low(slot) & ((UINT64_C(1) << shift) - 1));
                        if (wire_slot_live(slot) && start <= word) {
                                find_fill(ret_block, where, slot, start);
                                return first + (unsigned)i >= least;
                        }
                        first += (unsigned)i;
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
        /* Straight into *ret_block: a copy of what was just stored piece by piece would wait for all of it. */
        return (small_below(word, ret_block) && holds(ret_block, word)) || large_holding(word, ret_block);
}
