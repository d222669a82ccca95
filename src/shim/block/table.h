/* What is alive: the block table
 *
 * Small blocks: a slot of eight bytes for each granule of heap, found by shifting the address (wire/slot.h). Large
 * ones: an open-addressing table. Both in the arena, both lock-free: a slot is one word, a large entry is claimed by
 * its address. A block may be inserted only after the allocator gave it and must be removed before the allocator gets
 * it back, else another thread's block at the same address is mistaken for it.
 */
#ifndef UNFREED_SHIM_BLOCK_TABLE_H
#define UNFREED_SHIM_BLOCK_TABLE_H

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "wire/family.h"

#include <stddef.h>

struct block {
        uintptr_t start;
        uint64_t size;          /* requested bytes */
        uint32_t stack;         /* trie node of its birth; 0 = no longer known (released only) */
        uint32_t release_stack; /* released only */
        uint8_t family, verdict, epoch;
        bool released;
        wire_slot *slot; /* where it is: one of these two */
        struct wire_large *large;
};

/* The slot of this address, NULL where there is no leaf yet. */
static inline wire_slot *table_slot(uintptr_t address)
{
        uint64_t at = address >> arena.leaf_shift;
        uint32_t leaf = likely(at < arena.directory_capacity) ? arena.directory[at] : 0;
        size_t index = (address >> arena.granule_shift) & (WIRE_LEAF_SLOTS - 1);
        return likely(leaf != 0) ? arena.slots + ((size_t)leaf * WIRE_LEAF_SLOTS + index) : NULL;
}

/* Slots that share a page, which is what `touched` of a leaf speaks of: slot i is of the granule at base + i granules.
 */
enum { TABLE_PAGE_SLOTS = WIRE_PAGE_BYTES / sizeof(wire_slot) };
struct table_page {
        wire_slot *slots;
        uintptr_t base;
};

static inline struct table_page table_page(uint32_t leaf, unsigned page)
{
        size_t first = (size_t)page * TABLE_PAGE_SLOTS;
        return (struct table_page){
                .slots = arena.slots + (size_t)leaf * WIRE_LEAF_SLOTS + first,
                .base = arena.leaves[leaf].base + (first << arena.granule_shift),
        };
}

/* Where in memory the block of slot i of a page begins. */
static inline uintptr_t table_page_start(const struct table_page *page, size_t i, wire_slot slot)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift;
        return page->base + i * granule + (wire_slot_low(slot) & (granule - 1));
}

/* Is the page of slots in which this one stands marked as touched? One that is not holds empty slots only. */
static inline bool table_is_touched(const wire_slot *slot)
{
        /* A leaf has nothing but these bytes and what is before them: so no remainder is needed to find one. */
        const size_t before = offsetof(struct wire_leaf, touched);
        size_t page = (size_t)(slot - arena.slots) / TABLE_PAGE_SLOTS;
        return ((const uint8_t *)arena.leaves)[page + (page / WIRE_LEAF_PAGES + 1) * before];
}

/* Did this piece of address space (512 granules of it) ever hold a small block? Such pages are heap, not roots. */
static inline bool table_ever_held(uintptr_t address)
{
        const wire_slot *slot = table_slot(address);
        return slot && table_is_touched(slot);
}

/* Where the birth of a released small block is remembered. */
static inline struct wire_past *table_past(uintptr_t start)
{
        return &arena.past[wire_past_at(start >> arena.granule_shift, arena.past_mask)];
}

/* With sampling most addresses are unknown, and that must be told from the slot alone: so a large block, which stands
 * in a table of its own, leaves a mark in its slot, which readers take for an empty one. A page of slots that was never
 * written is not read: that would make it. */
void table_mark_large(uintptr_t start);
static inline bool table_is_unknown(uintptr_t start)
{
        return !table_ever_held(start) || *table_slot(start) << (64 - WIRE_SLOT_EPOCH_SHIFT) == 0;
}

/* A look into the slot itself might be a wait, since its line may be far away; a store does not wait for it. */
void table_insert_slowly(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family);
static inline void table_insert(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family)
{
        wire_slot *slot = table_slot(start);
        if (likely(slot && size <= WIRE_SMALL_MAX && table_is_touched(slot)))
                __atomic_store_n(slot, wire_slot_make(stack, size, family, start, arena.epoch), __ATOMIC_RELAXED);
        else
                table_insert_slowly(start, size, stack, family);
}

/* A live small block goes: what was its slot becomes the memory of its release. Its birth is not remembered, which is
 * for blocks of which that says nothing. */
static inline void table_release_as(wire_slot *where, wire_slot slot, uint32_t release_stack)
{
        wire_slot kept = slot & (UINT64_C(7) << WIRE_SLOT_FAMILY_SHIFT | UINT64_C(3) << WIRE_SLOT_LOW_SHIFT |
                                 (uint64_t)WIRE_SMALL_MAX << WIRE_SLOT_SIZE_SHIFT);
        __atomic_store_n(where, kept | release_stack | arena.epoch_gone, __ATOMIC_RELAXED);
}

/* The same, and its birth is remembered. */
static inline void table_release_slot_in(wire_slot *where, wire_slot slot, uintptr_t start, uint32_t release_stack,
                                         unsigned granule_shift)
{
        arena.past[wire_past_at(start >> granule_shift, arena.past_mask)] =
                (struct wire_past){.stack = wire_slot_stack(slot), .tag = (uint32_t)(start >> 4)};
        table_release_as(where, slot, release_stack);
}

static inline void table_release_slot(wire_slot *where, wire_slot slot, uintptr_t start, uint32_t release_stack)
{
        table_release_slot_in(where, slot, start, release_stack, arena.granule_shift);
}

/* The block, live or remembered as released, that starts at exactly this address. */
bool table_find(uintptr_t start, struct block *ret_block);

/* The block, live or (when `released`) remembered, that holds the address: start <= address < start + max(size, 1). */
bool table_find_holding(uintptr_t address, bool released, struct block *ret_block);

/* It is being released from `release_stack`: keep only the memory of it. */
void table_release(const struct block *block, uint32_t release_stack);

/* Whatever was remembered about this address is no longer so: it was given out unseen. */
void table_clear(uintptr_t start);
/* The same, and the slot is empty, whatever stood in it. */
void table_wipe(uintptr_t start);

/* As if it had never been there. */
void table_forget(const struct block *block);

/* Each live block, in address order within small and within large ones. Stops when visit is false. */
void table_each(bool (*visit)(const struct block *block, void *context), void *context);

void table_set_verdict(const struct block *block, enum wire_verdict verdict);

/* Does a block, live or remembered as released, begin in this page (WIRE_PAGE_BYTES), or reach into it? */
bool table_page_held(uintptr_t page);

/* Does a small block that is live (or remembered as released) and begins below this address, that of a page or a place in
 * one, reach past it? Where nothing was ever written no slot is read, so that any may be asked about. */
bool table_page_reached(uintptr_t page, bool released_too);

#endif
