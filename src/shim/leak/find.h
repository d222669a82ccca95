/* Which live block does a word point to? Answered for every word of memory, hence mostly inline. */
#ifndef UNFREED_SHIM_LEAK_FIND_H
#define UNFREED_SHIM_LEAK_FIND_H

#include "bare/bits.h"
#include "bare/sort.h"
#include "shim/block/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A region is what one leaf of the block table speaks of (4 MiB under glibc). A bit for each place, modulo 2^16, says that
 * blocks may lie there: 8 KiB stay in the first cache, while the directory itself is sparse, and reading a page of it
 * that was never written would make that page. */
enum { FIND_REGIONS = 1 << 16, FIND_PAGE_SLOTS = WIRE_PAGE_BYTES / sizeof(wire_slot) };

/* Which slots of one page are live, a bit for each: pointers into large slabs of objects are found in steps of 64. */
struct find_page {
        uint64_t live[FIND_PAGE_SLOTS / 64];
};

struct find {
        uintptr_t low, span; /* words outside [low, low + span) point to no block */
        uintptr_t half_end;  /* where blocks end whose address has 32 bits; 0 = there are none */
        unsigned region_shift;
        unsigned place_shift; /* of a place: a region, or with sampling, where few blocks are known, a page */
        uint64_t places[FIND_REGIONS / 64]; /* where blocks may lie, a bit for each place */
        struct sort_pair *large; /* live large blocks: address -> index in the arena's table */
        size_t n_large, large_bytes;
        uint64_t n_sought; /* with sampling: live blocks, but for those to be ignored; else UINT64_MAX, not counted */
        struct find_page *pages; /* of each leaf WIRE_LEAF_PAGES, made at first use; NULL = there was no memory */
        uint8_t *made;           /* a byte for each: its bits are right */
        size_t page_bytes;       /* of both; 0 = nobody asked yet */
        uint32_t n_leaves;       /* that they speak of */
};
extern struct find find;

/* Index the table as it is now. False when there is no memory for it. */
bool find_begin(void);
void find_end(void);

static inline bool find_bit(const uint64_t *bits, uintptr_t address, unsigned shift)
{
        uintptr_t place = (address >> shift) & (FIND_REGIONS - 1);
        return bits[place / 64] >> (place % 64) & 1;
}

static inline void find_set_bit(uint64_t *bits, uintptr_t address, unsigned shift)
{
        uintptr_t place = (address >> shift) & (FIND_REGIONS - 1);
        bits[place / 64] |= UINT64_C(1) << (place % 64);
}

/* Cheap, and false for nearly every word that is no pointer to a block. */
static inline bool find_may_point(uintptr_t word)
{
        return unlikely(word - find.low < find.span) && find_bit(find.places, word, find.place_shift);
}

static inline void find_fill(struct block *ret_block, wire_slot *where, wire_slot slot, uintptr_t start)
{
        *ret_block = (struct block){
                .start = start,
                .size = wire_slot_size(slot),
                .stack = wire_slot_stack(slot),
                .family = (uint8_t)wire_slot_family(slot),
                .verdict = (uint8_t)wire_slot_verdict(slot),
                .epoch = (uint8_t)wire_slot_epoch(slot),
                .slot = where,
        };
}

/* The live block whose memory holds `word`, which is not the start of a small one. When false, *ret_block says nothing.
 */
bool find_inside(uintptr_t word, struct block *ret_block);

/* The live block that `word` points to; *ret_start when to its start. Only where find_may_point(). */
static inline bool find_block(uintptr_t word, struct block *ret_block, bool *ret_start)
{
        wire_slot *where = table_slot(word);
        /* A page of slots that was never written is not read: that would make it. */
        wire_slot slot = where && table_is_touched(where) ? __atomic_load_n(where, __ATOMIC_RELAXED) : 0;
        if (wire_slot_live(slot) && wire_slot_is_of(slot, word) && word % 8 == 0) {
                find_fill(ret_block, where, slot, word);
                *ret_start = true;
                return true;
        }
        if (!find_inside(word, ret_block))
                return false;
        *ret_start = word == ret_block->start;
        return true;
}

static inline bool find_are_empty(const wire_slot *eight)
{
        wire_slot any = 0;
        for (int i = 0; i < 8; i++)
                any |= eight[i];
        return any == 0;
}

typedef bool find_wants(unsigned verdict);
typedef bool find_visit(const struct block *block);

static inline __attribute__((always_inline)) bool find_each_small(find_wants *wants, find_visit *visit, bool backwards)
{
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        uint32_t n_leaves = (uint32_t)(range->used < range->capacity ? range->used : range->capacity);
        for (uint32_t k = 1; k < n_leaves; k++) {
                uint32_t leaf = backwards ? n_leaves - k : k;
                for (unsigned p = 0; p < WIRE_LEAF_PAGES; p++) {
                        unsigned page = backwards ? WIRE_LEAF_PAGES - 1 - p : p;
                        if (!arena.leaves[leaf].touched[page])
                                continue;
                        struct table_page at = table_page(leaf, page);
                        for (unsigned j = 0; j < TABLE_PAGE_SLOTS; j++) {
                                unsigned i = backwards ? TABLE_PAGE_SLOTS - 1 - j : j;
                                /* Blocks of more than a granule leave slots empty. */
                                if (j % 8 == 0 && find_are_empty(&at.slots[backwards ? i - 7 : i])) {
                                        j += 7;
                                        continue;
                                }
                                wire_slot slot = __atomic_load_n(&at.slots[i], __ATOMIC_RELAXED);
                                if (!wire_slot_live(slot) || !wants(wire_slot_verdict(slot)))
                                        continue;
                                struct block block;
                                find_fill(&block, &at.slots[i], slot, table_page_start(&at, i, slot));
                                if (!visit(&block))
                                        return false;
                        }
                }
        }
        return true;
}

static inline __attribute__((always_inline)) bool find_each_large(find_wants *wants, find_visit *visit, bool backwards)
{
        for (size_t k = 0; k < find.n_large; k++) {
                const struct sort_pair *pair = &find.large[backwards ? find.n_large - 1 - k : k];
                struct block block;
                if (wants(arena.large[pair->value].verdict) && table_find(pair->key, &block) && !block.released &&
                    block.large && !visit(&block))
                        return false;
        }
        return true;
}

/* Visit each live block, until `visit` is false; small ones first, in the order of the table. Inlined, so that `wants`
 * costs an instruction or two for each slot. */
static inline __attribute__((always_inline)) void find_each(find_wants *wants, find_visit *visit)
{
        if (find_each_small(wants, visit, false))
                find_each_large(wants, visit, false);
}

/* The same in exactly the opposite order. */
static inline __attribute__((always_inline)) void find_each_backwards(find_wants *wants, find_visit *visit)
{
        if (find_each_large(wants, visit, true))
                find_each_small(wants, visit, true);
}

#endif
