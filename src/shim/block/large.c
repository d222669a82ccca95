/* Blocks too large for a slot: the table of large blocks
 *
 * Open addressing with linear probing. An entry is claimed by exchanging its address for BUSY, filled,
 * and published by storing the address. A released entry stays findable until its place is needed. Probing ends at an
 * entry that was never used; entries never return to that state.
 */
#include "shim/block/large.h"

#include "bare/bits.h"

enum { NEVER = 0, BUSY = 1, FORGOTTEN = 2, PROBES_MAX = 4096 };

static struct wire_large *entry_at(uint64_t i) { return &arena.large[i & (arena.large_capacity - 1)]; }

static uint64_t address_of(const struct wire_large *entry) { return __atomic_load_n(&entry->address, __ATOMIC_ACQUIRE); }

static struct wire_large *entry_find(uintptr_t start)
{
        for (uint64_t i = large_home(start), n = 0; n < PROBES_MAX; i++, n++) {
                struct wire_large *entry = entry_at(i);
                uint64_t address = address_of(entry);
                if (address == start)
                        return entry;
                if (address == NEVER)
                        return NULL;
        }
        return NULL;
}

/* Claim an entry: the one that knew this address before, else one that is free, else that of a released block. */
static struct wire_large *entry_claim(uintptr_t start)
{
        struct wire_large *known = entry_find(start);
        uint64_t expected = start;
        if (known && __atomic_compare_exchange_n(&known->address, &expected, BUSY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return known;
        for (uint64_t i = large_home(start), n = 0; n < PROBES_MAX; i++, n++) {
                struct wire_large *entry = entry_at(i);
                uint64_t address = address_of(entry);
                bool may_take = address == NEVER || address == FORGOTTEN || (address != BUSY && entry->released && n >= 8);
                if (may_take && __atomic_compare_exchange_n(&entry->address, &address, BUSY, false, __ATOMIC_ACQUIRE,
                                                            __ATOMIC_RELAXED)) {
                        entry->displaces |= address != NEVER;
                        return entry;
                }
        }
        return NULL;
}

void large_insert(uintptr_t start, uint64_t size, uint32_t stack, enum wire_family family)
{
        struct wire_large *entry = entry_claim(start);
        if (entry == NULL) {
                arena_drop(WIRE_DROP_LARGE);
                return;
        }
        __atomic_fetch_add(&arena.header->extents[WIRE_EXTENT_LARGE].used, 1, __ATOMIC_RELAXED);
        entry->size = size;
        entry->stack = stack;
        entry->release_stack = 0;
        entry->family = (uint8_t)family;
        entry->verdict = 0;
        entry->released = 0;
        entry->epoch = (uint8_t)arena.epoch;
        arena.large_touched[(uint64_t)(entry - arena.large) / LARGE_ENTRIES_PER_PAGE] = 1;
        __atomic_store_n(&entry->address, start, __ATOMIC_RELEASE);
}

static void block_of_entry(struct wire_large *entry, uint64_t start, struct block *ret_block)
{
        *ret_block = (struct block){
                .start = start,
                .size = entry->size,
                .stack = entry->stack,
                .release_stack = entry->release_stack,
                .family = entry->family,
                .verdict = entry->verdict,
                .epoch = entry->epoch,
                .released = entry->released,
                .large = entry,
        };
}

bool large_find(uintptr_t start, struct block *ret_block)
{
        struct wire_large *entry = entry_find(start);
        if (entry == NULL)
                return false;
        block_of_entry(entry, start, ret_block);
        return true;
}

void large_release(struct wire_large *large, uint32_t release_stack)
{
        large->release_stack = release_stack;
        large->epoch = (uint8_t)arena.epoch;
        __atomic_store_n(&large->released, 1, __ATOMIC_RELEASE);
}

void large_forget(struct wire_large *large)
{
        large->epoch = (uint8_t)arena.epoch;
        __atomic_store_n(&large->address, FORGOTTEN, __ATOMIC_RELEASE);
}

/* Visit every entry that holds an address, in pages that were ever written: reading the others would make them. */
static bool entries_each(bool (*visit)(struct wire_large *entry, uint64_t address, void *context), void *context)
{
        /* `used` counts insertions here: 1 = there never was one. */
        bool any = arena.header->extents[WIRE_EXTENT_LARGE].used > 1;
        for (uint64_t page = 0; any && page * LARGE_ENTRIES_PER_PAGE < arena.large_capacity; page++) {
                if (!arena.large_touched[page])
                        continue;
                for (uint64_t i = 0; i < LARGE_ENTRIES_PER_PAGE; i++) {
                        struct wire_large *entry = &arena.large[page * LARGE_ENTRIES_PER_PAGE + i];
                        uint64_t address = address_of(entry);
                        if (address > FORGOTTEN && !visit(entry, address, context))
                                return false;
                }
        }
        return true;
}

struct each {
        bool released;
        bool (*visit)(const struct block *block, void *context);
        void *context;
};

static bool each_such(struct wire_large *entry, uint64_t address, void *context)
{
        const struct each *each = context;
        if (entry->released != each->released)
                return true;
        struct block block;
        block_of_entry(entry, address, &block);
        return each->visit(&block, each->context);
}

void large_each(bool (*visit)(const struct block *block, void *context), void *context)
{
        struct each each = {false, visit, context};
        entries_each(each_such, &each);
}

void large_each_released(bool (*visit)(const struct block *block, void *context), void *context)
{
        struct each each = {true, visit, context};
        entries_each(each_such, &each);
}

struct holding {
        uintptr_t address;
        bool released, found;
        struct block *block;
};

static bool holding_visit(struct wire_large *entry, uint64_t start, void *context)
{
        struct holding *holding = context;
        if ((entry->released && !holding->released) || holding->address < start ||
            holding->address - start >= entry->size)
                return true;
        block_of_entry(entry, start, holding->block);
        holding->found = true;
        return entry->released; /* a live one is the answer, a released one only if no live one is met */
}

bool large_find_holding(uintptr_t address, bool released, struct block *ret_block)
{
        struct holding holding = {.address = address, .released = released, .block = ret_block};
        entries_each(holding_visit, &holding);
        return holding.found;
}
