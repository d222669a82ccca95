/* What the parent's table said at the fork
 *
 * A shared mapping is not copied on write: the child sees its parent's arena as it is now, not as it was. Each entry
 * tells by its epoch whether it was written before our fork: the parent's epoch moves on at every fork, so whatever was
 * written later carries another number. Numbers go round after 255 forks: those that the parent has had since ours count as
 * later, whatever else they may mean, and when it has had all of them, everything does. So a doubt becomes silence and never
 * an accusation.
 */
#include "shim/block/inherited.h"

#include "shim/block/large.h"

#include <stdatomic.h>

static const void *extent_of(const struct wire_header *header, enum wire_extent extent)
{
        return (const unsigned char *)header + header->extents[extent].off;
}

/* May what has this epoch have been written after the fork? Asked of what was read before the header is looked at here, so
 * that its epoch is among those seen. 0, of long ago, is put there when an entry is as old as INHERITED_AGE. */
static bool is_later(const struct wire_header *header, unsigned epoch, uint32_t fork_epoch)
{
        atomic_thread_fence(memory_order_acquire);
        uint32_t n_since = __atomic_load_n(&header->epoch, __ATOMIC_ACQUIRE) - fork_epoch;
        if (fork_epoch == 0 || n_since >= WIRE_EPOCHS)
                return true;
        if (epoch == 0)
                return n_since > INHERITED_AGE;
        unsigned ahead = (epoch + WIRE_EPOCHS - wire_epoch(fork_epoch)) % WIRE_EPOCHS;
        return ahead > 0 && ahead <= n_since;
}

static uint32_t leaf_in(const struct wire_header *header, uintptr_t address)
{
        const uint32_t *directory = extent_of(header, WIRE_EXTENT_DIRECTORY);
        uint64_t at = address >> (header->granule_shift + 17);
        return at < header->extents[WIRE_EXTENT_DIRECTORY].capacity ? directory[at] : 0;
}

static size_t slot_index(const struct wire_header *header, uintptr_t address)
{
        return (address >> header->granule_shift) & (WIRE_LEAF_SLOTS - 1);
}

static const wire_slot *slot_at(const struct wire_header *header, uintptr_t start)
{
        const wire_slot *slots = extent_of(header, WIRE_EXTENT_SLOTS);
        uint32_t leaf = leaf_in(header, start);
        return leaf ? &slots[(size_t)leaf * WIRE_LEAF_SLOTS + slot_index(header, start)] : NULL;
}

static wire_slot slot_in(const struct wire_header *header, uintptr_t start)
{
        const wire_slot *slot = slot_at(header, start);
        return slot ? __atomic_load_n(slot, __ATOMIC_RELAXED) : 0;
}

const wire_slot *inherited_slots(uintptr_t address)
{
        const struct wire_header *header = arena_inherited();
        return header && header->granule_shift == arena.granule_shift ? slot_at(header, address) : NULL;
}

enum inherited_slot inherited_slot_says(const struct wire_header *header, wire_slot slot, uint32_t fork_epoch)
{
        if (slot == 0)
                return SLOT_SAYS_NOTHING;
        if (is_later(header, wire_slot_epoch(slot), fork_epoch))
                return SLOT_WAS_CHANGED;
        if (wire_slot_family(slot) == 0)
                return SLOT_SAYS_NOTHING;
        return wire_slot_released(slot) ? SLOT_SAYS_RELEASED : SLOT_SAYS_LIVE;
}

bool inherited_ever_held(uintptr_t address)
{
        const struct wire_header *header = arena_inherited();
        uint32_t leaf = header ? leaf_in(header, address) : 0;
        const struct wire_leaf *leaves = leaf ? extent_of(header, WIRE_EXTENT_LEAVES) : NULL;
        return leaf && leaves[leaf].touched[slot_index(header, address) / (WIRE_PAGE_BYTES / sizeof(wire_slot))];
}

bool inherited_is_all(uint32_t fork_epoch)
{
        const struct wire_header *header = arena_inherited();
        return header && fork_epoch && !header->is_fork_child && header->granule_shift == arena.granule_shift;
}

enum { BUSY = 1, FIRST_ADDRESS = 3 }; /* below: not a block (wire/arena.h) */

/* Being written, forgotten since the fork, or put where another one was: what was here cannot be known. */
static bool is_gone(const struct wire_large *entry, bool changed)
{
        return entry->address == BUSY || (changed && (entry->address < FIRST_ADDRESS || entry->displaces));
}

bool inherited_each_large(uint32_t fork_epoch,
                          void (*visit)(uintptr_t start, uint64_t size, bool changed, void *context), void *context)
{
        const struct wire_header *header = arena_inherited();
        if (header == NULL || fork_epoch == 0)
                return false;
        const struct wire_large *large = extent_of(header, WIRE_EXTENT_LARGE);
        const uint8_t *touched = extent_of(header, WIRE_EXTENT_LARGE_TOUCHED);
        uint64_t n = header->extents[WIRE_EXTENT_LARGE].used > 1 ? header->extents[WIRE_EXTENT_LARGE].capacity : 0;
        for (uint64_t i = 0; i < n; i++) {
                if (i % LARGE_ENTRIES_PER_PAGE == 0 && !touched[i / LARGE_ENTRIES_PER_PAGE]) {
                        i += LARGE_ENTRIES_PER_PAGE - 1;
                        continue;
                }
                struct wire_large entry = large[i];
                bool changed = is_later(header, entry.epoch, fork_epoch);
                if (entry.address == 0)
                        continue;
                if (is_gone(&entry, changed))
                        return false;
                if (entry.address >= FIRST_ADDRESS && (changed || !entry.released))
                        visit(entry.address, entry.size, changed, context);
        }
        return true;
}

/* The entry of the parent's table of large blocks for this address, as large.c probes; *ret_unsure: one that may have been
 * it at the fork was passed. */
static bool large_entry_in(const struct wire_header *header, uintptr_t start, uint32_t fork_epoch,
                           struct wire_large *ret_entry, bool *ret_unsure)
{
        const struct wire_large *large = extent_of(header, WIRE_EXTENT_LARGE);
        const uint8_t *touched = extent_of(header, WIRE_EXTENT_LARGE_TOUCHED);
        uint64_t mask = header->extents[WIRE_EXTENT_LARGE].capacity - 1;
        *ret_unsure = false;
        for (uint64_t i = large_home(start) & mask, n = 0; n <= mask; i = (i + 1) & mask, n++) {
                if (!touched[i / LARGE_ENTRIES_PER_PAGE])
                        return false;
                /* Before the epoch, which is written first. */
                bool released = __atomic_load_n(&large[i].released, __ATOMIC_ACQUIRE);
                *ret_entry = large[i];
                ret_entry->released = released;
                if (ret_entry->address == 0 || ret_entry->address == start)
                        return ret_entry->address == start;
                *ret_unsure |= is_gone(ret_entry, is_later(header, ret_entry->epoch, fork_epoch));
        }
        *ret_unsure = true;
        return false;
}

/* May one of the parent's large blocks have begun here at the fork? */
static bool large_may_begin(const struct wire_header *header, uintptr_t start, uint32_t fork_epoch)
{
        struct wire_large entry;
        bool is_unsure, found = large_entry_in(header, start, fork_epoch, &entry, &is_unsure);
        return is_unsure || (found && (is_later(header, entry.epoch, fork_epoch) || !entry.released));
}

bool inherited_may_begin(uintptr_t start, uint32_t fork_epoch)
{
        const struct wire_header *header = arena_inherited();
        if (!inherited_is_all(fork_epoch))
                return true;
        wire_slot slot = slot_in(header, start);
        switch (inherited_slot_says(header, slot, fork_epoch)) {
        case SLOT_SAYS_LIVE: return wire_slot_is_of(slot, start);
        case SLOT_WAS_CHANGED: return true;
        case SLOT_SAYS_RELEASED:
        case SLOT_SAYS_NOTHING: break;
        }
        return large_may_begin(header, start, fork_epoch);
}

static uint32_t past_in(const struct wire_header *header, uintptr_t start)
{
        const struct wire_past *past = extent_of(header, WIRE_EXTENT_PAST);
        past += wire_past_at(start >> header->granule_shift, header->extents[WIRE_EXTENT_PAST].capacity - 1);
        return past->tag == (uint32_t)(start >> 4) ? past->stack : 0;
}

static enum inherited large_find_in(const struct wire_header *header, uintptr_t start, uint32_t fork_epoch,
                                    struct block *ret_block)
{
        struct wire_large entry;
        bool is_unsure;
        if (!large_entry_in(header, start, fork_epoch, &entry, &is_unsure))
                return INHERITED_UNKNOWN;
        *ret_block = (struct block){
                .start = start,
                .size = entry.size,
                .stack = entry.stack,
                .release_stack = entry.released ? entry.release_stack : 0,
                .family = entry.family,
                .released = entry.released,
        };
        if (is_later(header, entry.epoch, fork_epoch))
                return INHERITED_CHANGED;
        return entry.released ? INHERITED_RELEASED : INHERITED_LIVE;
}

enum inherited inherited_find(uintptr_t start, uint32_t fork_epoch, struct block *ret_block)
{
        const struct wire_header *header = arena_inherited();
        wire_slot slot = header ? slot_in(header, start) : 0;
        if (!wire_slot_is_of(slot, start))
                return header ? large_find_in(header, start, fork_epoch, ret_block) : INHERITED_UNKNOWN;
        bool released = wire_slot_released(slot);
        *ret_block = (struct block){
                .start = start,
                .size = wire_slot_size(slot),
                .stack = released ? past_in(header, start) : wire_slot_stack(slot),
                .release_stack = released ? wire_slot_stack(slot) : 0,
                .family = (uint8_t)wire_slot_family(slot),
                .released = released,
        };
        if (is_later(header, wire_slot_epoch(slot), fork_epoch))
                return INHERITED_CHANGED;
        return released ? INHERITED_RELEASED : INHERITED_LIVE;
}

const struct wire_node *inherited_nodes(uint32_t *ret_n)
{
        const struct wire_header *header = arena_inherited();
        const struct wire_range *range = header ? &header->extents[WIRE_EXTENT_NODES] : NULL;
        *ret_n = range ? (uint32_t)(range->used < range->capacity ? range->used : range->capacity) : 0;
        return range ? extent_of(header, WIRE_EXTENT_NODES) : NULL;
}
