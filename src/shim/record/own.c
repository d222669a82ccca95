/* What an interpreter does for itself, straight
 *
 * The slots of a region, which is 512 granules and hence a page of slots that is marked as touched, are found by one
 * look at one word, with no lock:
 *
 *      bits  0-30  the page, counted from the first slot
 *      bits 31-63  the region, address >> OWN_REGION_SHIFT
 *
 * The words stand outside of the arena's view, which is wiped in a fork child, and are about one arena. But nobody
 * looks at them while arena.own_bytes and arena.own_object_bytes are 0.
 *
 * These functions are compiled without a frame pointer and end in jumps, where the doors have neither (meson.build).
 */
#include "shim/record/own_ways.h"
#include "shim/sys/pages.h"

uint64_t *own_regions;

struct python_allocator own_otherwise[PYTHON_DOMAINS];
static bool is_plain, objects_are_plain;

void own_settle(bool plain, bool objects)
{
        is_plain = plain;
        objects_are_plain = objects;
        bool possible = plain && interpreter.here && !interpreter.apart_bytes && arena.base &&
                        arena.granule_shift == HOT_GRANULE_SHIFT;
        if (possible && !own_regions && (own_regions = pages_take(OWN_REGIONS * sizeof *own_regions)) != NULL)
                own_regions[0] = UINT64_MAX; /* no address's; but region 0, where NULL lies, would be taken for known */
        possible = possible && own_regions;
        uintptr_t bytes = possible ? interpreter.text_end - interpreter.text_start : 0;
        if (possible) {
                arena.own_object_born = own_slot_born(site_bare(WIRE_ENTRY_PYOBJECT_MALLOC).n, WIRE_FAMILY_PYOBJECT);
                arena.own_object_gone = site_bare(WIRE_ENTRY_PYOBJECT_FREE).n;
        }
        __atomic_store_n(&arena.own_object_bytes, objects ? bytes : 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.own_bytes, bytes, __ATOMIC_RELEASE);
}

void own_fork_child(void)
{
        if (!interpreter.here)
                return;
        if (own_regions) {
                pages_give(own_regions, OWN_REGIONS * sizeof *own_regions);
                own_regions = NULL;
        }
        own_settle(is_plain, objects_are_plain);
}

static void region_learn(uintptr_t address)
{
        uint64_t at = address >> HOT_LEAF_SHIFT;
        uint64_t leaf = at < arena.directory_capacity ? arena.directory[at] : 0;
        uint64_t region = address >> OWN_REGION_SHIFT;
        uint64_t page = leaf * WIRE_LEAF_PAGES + region % WIRE_LEAF_PAGES;
        if (leaf && arena.leaves[leaf].touched[region % WIRE_LEAF_PAGES] && page >> OWN_PAGE_BITS == 0)
                __atomic_store_n(&own_regions[region % OWN_REGIONS], region << OWN_PAGE_BITS | page, __ATOMIC_RELAXED);
}

void own_insert_slowly(uintptr_t start, size_t size, wire_slot born)
{
        if (!arena.base)
                return;
        table_insert_slowly(start, size, wire_slot_stack(born), wire_slot_family(born));
        region_learn(start);
}

/* What is released is gone from the table already; the interpreter's pools ask no other allocator. */
void own_give_back(const struct layer *layer, void *block)
{
        struct thread *self = &thread_self;
        uint64_t odd = self->odd;
        if (self->count->live_bytes < -HOT_FLUSH_BYTES)
                hot_flush(self->count);
        own_nest_enter(self);
        layer->inner.release(layer->inner.context, block);
        own_nest_leave(self, odd);
}

void *own_mem_give(void *layer, size_t size) { return own_way_mem_give(layer, size, 0); }
void *own_mem_resize(void *layer, void *block, size_t size) { return own_way_mem_resize(layer, block, size, 0); }
void own_mem_release(void *layer, void *block) { own_way_mem_release(layer, block, 0); }
void *own_object_give(void *layer, size_t size) { return own_way_object_give(layer, size, 0); }
void *own_object_resize(void *layer, void *block, size_t size) { return own_way_object_resize(layer, block, size, 0); }
void own_object_release(void *layer, void *block) { own_way_object_release(layer, block, 0); }
