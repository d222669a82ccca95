/* Arenas made by hand: see arena_maker.h */
#include "capture/arena_maker.h"

#include "bare/bits.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct {
        uint64_t capacity;
        size_t element_bytes;
} shape[WIRE_EXTENT_END] = {
        [WIRE_EXTENT_TEXT] = {4096, 1},
        [WIRE_EXTENT_MODULES] = {16, sizeof(struct wire_module)},
        [WIRE_EXTENT_THREADS] = {16, sizeof(struct wire_thread)},
        [WIRE_EXTENT_WRONGS] = {64, sizeof(struct wire_wrong)},
        [WIRE_EXTENT_HOLDERS] = {64, sizeof(struct wire_holder)},
        [WIRE_EXTENT_CODES] = {16, sizeof(struct wire_code)},
        [WIRE_EXTENT_PAST] = {16, sizeof(struct wire_past)},
        [WIRE_EXTENT_LARGE] = {4096, sizeof(struct wire_large)},
        [WIRE_EXTENT_LEAVES] = {16, sizeof(struct wire_leaf)},
        [WIRE_EXTENT_DIRECTORY] = {16, sizeof(uint32_t)},
        [WIRE_EXTENT_NODES] = {65536, sizeof(struct wire_node)},
        [WIRE_EXTENT_SLOTS] = {16, sizeof(wire_slot) * (size_t)WIRE_LEAF_SLOTS},
};

void maker_init(struct maker *maker)
{
        struct wire_range ranges[WIRE_EXTENT_END];
        uint64_t off = align_up(sizeof(struct wire_header), WIRE_PAGE_BYTES);
        for (int i = 0; i < WIRE_EXTENT_END; i++) {
                ranges[i] = (struct wire_range){.off = off, .capacity = shape[i].capacity, .used = 1};
                off = align_up(off + shape[i].capacity * shape[i].element_bytes, WIRE_PAGE_BYTES);
        }
        maker->bytes = off;
        maker->fd = memfd_create("unfreed", MFD_CLOEXEC);
        assert(maker->fd >= 0 && ftruncate(maker->fd, (off_t)off) == 0);
        maker->base = mmap(NULL, off, PROT_READ | PROT_WRITE, MAP_SHARED, maker->fd, 0);
        assert(maker->base != MAP_FAILED);
        maker->header = (struct wire_header *)maker->base;
        memcpy(maker->header->magic, WIRE_MAGIC, sizeof maker->header->magic);
        maker->header->version = WIRE_VERSION;
        maker->header->header_bytes = sizeof(struct wire_header);
        maker->header->arena_bytes = off;
        memcpy(maker->header->extents, ranges, sizeof ranges);
        maker->header->pid = 4711;
        maker->header->ppid = 4710;
        maker->header->granule_shift = 5;
        maker->header->judged = WIRE_JUDGED_WHOLE;
        maker->header->end = WIRE_END_EXIT;
        maker->header->exe = maker_text(maker, "/abs/leaky");
        maker->header->cwd = maker_text(maker, "/abs");
        maker->header->argv = maker_text(maker, "./leaky");
        maker_text(maker, "--fast");
        maker->header->argc = 2;
}

void maker_deinit(struct maker *maker)
{
        munmap(maker->base, maker->bytes);
        close(maker->fd);
}

void *maker_element(struct maker *maker, enum wire_extent extent, uint64_t index)
{
        assert(index < shape[extent].capacity);
        return maker->base + maker->header->extents[extent].off + index * shape[extent].element_bytes;
}

static void *maker_take(struct maker *maker, enum wire_extent extent, uint32_t *ret_index)
{
        *ret_index = (uint32_t)maker->header->extents[extent].used++;
        return maker_element(maker, extent, *ret_index);
}

uint32_t maker_text(struct maker *maker, const char *text)
{
        uint32_t off = (uint32_t)maker->header->extents[WIRE_EXTENT_TEXT].used;
        strcpy(maker_element(maker, WIRE_EXTENT_TEXT, off), text);
        maker->header->extents[WIRE_EXTENT_TEXT].used += strlen(text) + 1;
        return off;
}

uint32_t maker_module(struct maker *maker, const char *path, uint64_t start, uint64_t end)
{
        uint32_t index;
        struct wire_module *module = maker_take(maker, WIRE_EXTENT_MODULES, &index);
        module->start = module->bias = start;
        module->end = end;
        module->path = maker_text(maker, path);
        return index;
}

uint32_t maker_node(struct maker *maker, uint32_t parent, uint64_t word)
{
        uint32_t index;
        struct wire_node *node = maker_take(maker, WIRE_EXTENT_NODES, &index);
        node->parent = parent;
        node->word = word;
        return index;
}

uint32_t maker_leaf(struct maker *maker, uint64_t base)
{
        uint32_t index;
        struct wire_leaf *leaf = maker_take(maker, WIRE_EXTENT_LEAVES, &index);
        leaf->base = base;
        return index;
}

uint32_t maker_stack(struct maker *maker, unsigned n, uint64_t first_address)
{
        if (maker->header->extents[WIRE_EXTENT_MODULES].used == 1)
                maker_module(maker, "/abs/leaky", 0x400000, 0x500000);
        uint32_t id = 0;
        for (unsigned i = n; i-- > 0;)
                id = maker_node(maker, id, wire_word(1, first_address + i));
        return maker_node(maker, id, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
}

void maker_block(struct maker *maker, uint64_t granule, uint32_t stack, uint64_t size, unsigned verdict)
{
        if (maker->header->extents[WIRE_EXTENT_LEAVES].used == 1)
                maker_leaf(maker, 0x10000000);
        if (size > WIRE_SMALL_MAX) {
                struct wire_large *large = maker_element(maker, WIRE_EXTENT_LARGE, granule);
                *large = (struct wire_large){.address = 0x20000000 + (granule << 20),
                                             .size = size,
                                             .stack = stack,
                                             .family = WIRE_FAMILY_MALLOC,
                                             .verdict = (uint8_t)verdict,
                                             .epoch = 1};
                return;
        }
        wire_slot *slots = maker_element(maker, WIRE_EXTENT_SLOTS, 1 + granule / WIRE_LEAF_SLOTS);
        struct wire_leaf *leaf = maker_element(maker, WIRE_EXTENT_LEAVES, 1 + granule / WIRE_LEAF_SLOTS);
        if (maker->header->extents[WIRE_EXTENT_LEAVES].used < 2 + granule / WIRE_LEAF_SLOTS)
                maker->header->extents[WIRE_EXTENT_LEAVES].used = 2 + granule / WIRE_LEAF_SLOTS;
        granule %= WIRE_LEAF_SLOTS;
        slots[granule] = wire_slot_make(stack, size, WIRE_FAMILY_MALLOC, 0, 1) | (uint64_t)verdict
                                                                                         << WIRE_SLOT_VERDICT_SHIFT;
        leaf->touched[granule / (WIRE_PAGE_BYTES / sizeof(wire_slot))] = 1;
}
