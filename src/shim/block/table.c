/* What is alive: the block table
 *
 * address >> leaf_shift indexes the directory, which names a leaf of 2^17 slots; the address bits between granule and
 * leaf pick the slot. Leaves are taken at first use and never given back, so a slot's address in the arena is fixed.
 * A live slot of a block is written by the thread that owns the block at that moment (it has it from the allocator, or
 * is giving it back); readers are races only with programs that race themselves. Plain aligned 8-byte stores suffice.
 *
 * Invariant: slot(p) speaks of p  <=>  wire_slot_is_of(slot(p), p); a granule never holds two live blocks (FORMAT.md).
 */
#include "shim/block/table.h"

#include "bare/bits.h"
#include "shim/block/large.h"
#include "shim/sys/pages.h"

#include <stddef.h>
#include <string.h>

static wire_slot *leaf_slots(uint32_t leaf) { return arena.slots + (size_t)leaf * WIRE_LEAF_SLOTS; }

static size_t slot_index(uintptr_t address) { return (address >> arena.granule_shift) & (WIRE_LEAF_SLOTS - 1); }

/* Without a family, hence empty; the epoch tells a fork child that something stood here which it cannot know. */
static wire_slot table_empty_slot(void) { return (wire_slot)arena.epoch << WIRE_SLOT_EPOCH_SHIFT; }

/* The leaf for this address, made when there is none; 0 = cannot be had. */
static uint32_t leaf_take(uintptr_t address)
{
        uint64_t at = address >> arena.leaf_shift;
        if (at >= arena.directory_capacity) {
                arena_drop(WIRE_DROP_RANGE);
                return 0;
        }
        uint32_t leaf = (uint32_t)arena_take(WIRE_EXTENT_LEAVES, 1, WIRE_DROP_LEAVES);
        if (leaf == 0 || leaf >= arena.header->extents[WIRE_EXTENT_SLOTS].capacity)
                return 0;
        arena.leaves[leaf].base = at << arena.leaf_shift;
        uint32_t none = 0;
        /* A leaf that loses the race stays unused: no slot of it is ever touched, and its base says nothing wrong. */
        if (!__atomic_compare_exchange_n(&arena.directory[at], &none, leaf, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                return none;
        return leaf;
}

enum { GROUP = sizeof(uint64_t) }; /* pages of slots, which are looked at together */

static unsigned n_touched(uint32_t leaf, size_t group)
{
        uint64_t touched; /* a byte each, 0 or 1 */
        memcpy(&touched, arena.leaves[leaf].touched + group * GROUP, sizeof touched);
        return (unsigned)__builtin_popcountll(touched);
}

/* What is born there will mostly be released, and its birth remembered. */
static void past_prepare(uintptr_t base, size_t n_slots)
{
        size_t all = arena.past_mask + 1, first = wire_past_at(base >> arena.granule_shift, arena.past_mask);
        size_t before = __atomic_load_n(&arena.n_past_prepared, __ATOMIC_RELAXED);
        if (before >= all)
                return;
        __atomic_store_n(&arena.n_past_prepared, before + n_slots, __ATOMIC_RELAXED);
        pages_prepare(&arena.past[first], (n_slots < all - first ? n_slots : all - first) * sizeof *arena.past);
}

/* Something is to be written into this page of slots. Where heap grows, full of small blocks, the pages of two groups
 * come at once: for about half of what they cost one by one, on touch. */
static void page_touch(uint32_t leaf, size_t page)
{
        uint8_t *touched = arena.leaves[leaf].touched;
        if (touched[page])
                return;
        size_t group = page / GROUP, last = WIRE_LEAF_PAGES / GROUP - 1;
        bool is_odd = group % 2; /* an even one came with the odd one before it */
        if (is_odd && group < last && n_touched(leaf, group) + n_touched(leaf, group + 1) == 0 &&
            n_touched(leaf, group - 1) > GROUP / 2) {
                struct table_page at = table_page(leaf, (unsigned)(group * GROUP));
                pages_prepare(at.slots, 2 * GROUP * WIRE_PAGE_BYTES);
                past_prepare(at.base, 2 * GROUP * TABLE_PAGE_SLOTS);
        }
        touched[page] = 1;
}

void table_mark_large(uintptr_t start)
{
        uint64_t at = start >> arena.leaf_shift;
        uint32_t leaf = at < arena.directory_capacity ? arena.directory[at] : 0;
        if (leaf == 0 && (leaf = leaf_take(start)) == 0)
                return;
        size_t index = slot_index(start);
        page_touch(leaf, index / TABLE_PAGE_SLOTS);
        __atomic_store_n(&leaf_slots(leaf)[index], table_empty_slot() | 1, __ATOMIC_RELAXED);
}

/* Large blocks, new leaves, and slots that were empty. */
void table_insert_slowly(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family)
{
        if (size > WIRE_SMALL_MAX) {
                /* A small block may have stood here before and still be remembered. */
                wire_slot *old = table_slot(start);
                if (old && *old)
                        *old = table_empty_slot();
                large_insert(start, size, stack, family);
                return;
        }
        uint64_t at = start >> arena.leaf_shift;
        uint32_t leaf = at < arena.directory_capacity ? arena.directory[at] : 0;
        if (leaf == 0 && (leaf = leaf_take(start)) == 0)
                return;
        size_t index = slot_index(start);
        page_touch(leaf, index / TABLE_PAGE_SLOTS);
        __atomic_store_n(&leaf_slots(leaf)[index], wire_slot_make(stack, size, family, start, arena.epoch), __ATOMIC_RELAXED);
}

static void block_of_slot(wire_slot slot, wire_slot *where, uintptr_t start, struct block *ret_block)
{
        bool released = wire_slot_released(slot);
        *ret_block = (struct block){
                .start = start,
                .size = wire_slot_size(slot),
                .stack = wire_slot_stack(slot),
                .family = (uint8_t)wire_slot_family(slot),
                .verdict = (uint8_t)wire_slot_verdict(slot),
                .epoch = (uint8_t)wire_slot_epoch(slot),
                .released = released,
                .slot = where,
        };
        if (!released)
                return;
        const struct wire_past *past = table_past(start);
        ret_block->release_stack = ret_block->stack;
        /* Where births are not worth remembering, the memory may be that of an older block of another family. */
        bool same = past->tag == (uint32_t)(start >> 4) &&
                    wire_entry_family(wire_word_entry(arena.nodes[past->stack].word)) == wire_slot_family(slot);
        ret_block->stack = same ? past->stack : 0;
}

bool table_find(uintptr_t start, struct block *ret_block)
{
        wire_slot *where = table_slot(start);
        wire_slot slot = where ? __atomic_load_n(where, __ATOMIC_RELAXED) : 0;
        if (likely(wire_slot_is_of(slot, start))) {
                block_of_slot(slot, where, start, ret_block);
                return true;
        }
        return large_find(start, ret_block);
}

bool table_find_holding(uintptr_t address, bool released, struct block *ret_block)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift;
        uintptr_t at = align_down(address, granule);
        uintptr_t lowest = at > WIRE_SMALL_MAX + granule ? at - WIRE_SMALL_MAX - granule : granule;
        /* `lowest` is a granule above 0 at least, so that `at` cannot pass below 0. */
        while (at >= lowest) {
                wire_slot *where = table_slot(at);
                if (where == NULL) {
                        /* Nothing in this whole leaf: go on below it. */
                        at = align_down(at, UINT64_C(1) << arena.leaf_shift);
                        if (at <= lowest)
                                break;
                        at -= granule;
                        continue;
                }
                wire_slot slot = __atomic_load_n(where, __ATOMIC_RELAXED);
                uintptr_t start = at + (wire_slot_low(slot) & (granule - 1));
                uint64_t size = wire_slot_size(slot);
                bool wanted = wire_slot_family(slot) && (released || !wire_slot_released(slot)) && start <= address;
                if (wanted && address < start + (size ? size : 1)) {
                        block_of_slot(slot, where, start, ret_block);
                        return true;
                }
                /* A live block that ends before the address hides all that lies below it. */
                if (wanted && !wire_slot_released(slot))
                        break;
                at -= granule;
        }
        return large_find_holding(address, released, ret_block);
}

void table_release(const struct block *block, uint32_t release_stack)
{
        if (unlikely(block->large != NULL)) {
                large_release(block->large, release_stack);
                return;
        }
        table_release_slot(block->slot, *block->slot, block->start, release_stack);
}

void table_clear(uintptr_t start)
{
        struct block block;
        if (table_find(start, &block))
                table_forget(&block);
}

void table_wipe(uintptr_t start)
{
        wire_slot *slot = table_slot(start);
        table_clear(start);
        if (slot)
                __atomic_store_n(slot, table_empty_slot(), __ATOMIC_RELAXED);
}

void table_forget(const struct block *block)
{
        if (block->large)
                large_forget(block->large);
        else
                __atomic_store_n(block->slot, table_empty_slot(), __ATOMIC_RELAXED);
}

/* The live ones of one touched page of slots. */
static bool page_each(uint32_t leaf, unsigned page, bool (*visit)(const struct block *block, void *context), void *context)
{
        struct table_page at = table_page(leaf, page);
        for (unsigned i = 0; i < TABLE_PAGE_SLOTS; i++) {
                wire_slot slot = __atomic_load_n(&at.slots[i], __ATOMIC_RELAXED);
                if (!wire_slot_live(slot))
                        continue;
                struct block block;
                block_of_slot(slot, &at.slots[i], table_page_start(&at, i, slot), &block);
                if (!visit(&block, context))
                        return false;
        }
        return true;
}

void table_each(bool (*visit)(const struct block *block, void *context), void *context)
{
        uint64_t n = arena.header->extents[WIRE_EXTENT_LEAVES].used;
        for (uint32_t leaf = 1; leaf < n; leaf++)
                for (unsigned page = 0; page < WIRE_LEAF_PAGES; page++)
                        if (arena.leaves[leaf].touched[page] && !page_each(leaf, page, visit, context))
                                return;
        large_each(visit, context);
}

void table_set_verdict(const struct block *block, enum wire_verdict verdict)
{
        if (block->large) {
                block->large->verdict = (uint8_t)verdict;
                return;
        }
        wire_slot slot = *block->slot & ~(UINT64_C(7) << WIRE_SLOT_VERDICT_SHIFT);
        *block->slot = slot | (uint64_t)verdict << WIRE_SLOT_VERDICT_SHIFT;
}

bool table_page_held(uintptr_t page)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift;
        const wire_slot *slots = table_slot(page);
        for (size_t i = 0; slots && i < WIRE_PAGE_BYTES / granule; i++)
                if (wire_slot_family(slots[i]))
                        return true;
        struct block block;
        return table_find_holding(page, true, &block);
}

bool table_page_reached(uintptr_t page, bool released_too)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift, piece = granule * TABLE_PAGE_SLOTS;
        uintptr_t lowest = page > WIRE_SMALL_MAX ? page - WIRE_SMALL_MAX : granule;
        for (uintptr_t end = align_up(page, granule); end > lowest;) {
                uintptr_t first = align_down(end - 1, piece);
                const wire_slot *slots = table_ever_held(first) ? table_slot(first) : NULL;
                for (uintptr_t at = end; slots && at > first; at -= granule) {
                        wire_slot slot = __atomic_load_n(&slots[(at - granule - first) / granule], __ATOMIC_RELAXED);
                        uintptr_t start = at - granule + (wire_slot_low(slot) & (granule - 1));
                        if (start >= page)
                                continue;
                        bool counts = released_too ? wire_slot_family(slot) : wire_slot_live(slot);
                        if (counts && start + wire_slot_size(slot) > page)
                                return true;
                        if (wire_slot_live(slot)) /* it hides all that lies below it */
                                return false;
                }
                end = first;
        }
        return false;
}
