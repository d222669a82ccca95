/* What the parent's table said at the fork
 *
 * A shared mapping is not copied on write: the child sees its parent's arena as it is now, not as it was. Each entry
 * tells by its epoch whether it was written before our fork: the parent's epoch moves on at every fork, so whatever was
 * written later carries another number. Numbers go round after 255 forks; the half circle ahead of our fork's number
 * counts as later, so that a doubt becomes silence and never an accusation.
 */
#include "shim/block/inherited.h"

static const void *extent_of(const struct wire_header *header, enum wire_extent extent)
{
        return (const unsigned char *)header + header->extents[extent].off;
}

static bool is_later(unsigned epoch, unsigned fork_epoch)
{
        enum { EPOCHS = 255 };
        unsigned ahead = (epoch + EPOCHS - fork_epoch) % EPOCHS;
        return epoch != 0 && ahead > 0 && ahead <= EPOCHS / 2; /* 0: long ago */
}

static const wire_slot *slot_at(const struct wire_header *header, uintptr_t start)
{
        const uint32_t *directory = extent_of(header, WIRE_EXTENT_DIRECTORY);
        const wire_slot *slots = extent_of(header, WIRE_EXTENT_SLOTS);
        uint64_t at = start >> (header->granule_shift + 17);
        uint32_t leaf = at < header->extents[WIRE_EXTENT_DIRECTORY].capacity ? directory[at] : 0;
        if (leaf == 0)
                return NULL;
        size_t index = (start >> header->granule_shift) & (WIRE_LEAF_SLOTS - 1);
        return &slots[(size_t)leaf * WIRE_LEAF_SLOTS + index];
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

bool inherited_was_released(wire_slot slot, unsigned fork_epoch)
{
        return fork_epoch && wire_slot_released(slot) && !is_later(wire_slot_epoch(slot), fork_epoch);
}

static uint32_t past_in(const struct wire_header *header, uintptr_t start)
{
        const struct wire_past *past = extent_of(header, WIRE_EXTENT_PAST);
        past += (start >> header->granule_shift) & (header->extents[WIRE_EXTENT_PAST].capacity - 1);
        return past->tag == (uint32_t)(start >> 4) ? past->stack : 0;
}

enum inherited inherited_find(uintptr_t start, unsigned fork_epoch, struct block *ret_block)
{
        const struct wire_header *header = arena_inherited();
        wire_slot slot = header ? slot_in(header, start) : 0;
        if (!wire_slot_is_of(slot, start))
                return INHERITED_UNKNOWN;
        bool released = wire_slot_released(slot);
        *ret_block = (struct block){
                .start = start,
                .size = wire_slot_size(slot),
                .stack = released ? past_in(header, start) : wire_slot_stack(slot),
                .release_stack = released ? wire_slot_stack(slot) : 0,
                .family = (uint8_t)wire_slot_family(slot),
                .released = released,
        };
        if (is_later(wire_slot_epoch(slot), fork_epoch))
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
