/* What an interpreter does for itself, straight
 *
 * The slots of a region, which is 512 granules and hence a page of slots that is marked as touched, are found by one
 * look at one word, with no lock:
 *
 *      bits  0-30  the page, counted from the first slot
 *      bits 31-63  the region, address >> REGION_SHIFT
 *
 * The words stand outside of the arena's view, which is wiped in a fork child, and are about one arena. But nobody
 * looks at them while arena.own_bytes and arena.own_object_bytes are 0.
 *
 * These functions are compiled without a frame pointer and end in jumps, where the doors have neither (meson.build).
 */
#include "shim/record/own.h"

#include "shim/python/code.h"
#include "shim/python/site.h"
#include "shim/record/hot.h"
#include "shim/sys/pages.h"

enum {
        REGION_SHIFT = HOT_GRANULE_SHIFT + 9,
        REGIONS = 1 << 14,
        PAGE_BITS = 31,
        LOW_SHIFT = WIRE_SLOT_LOW_SHIFT - 3,
        CODE_LEAST_BYTES = 128, /* no code object is smaller: 3.8's header alone has 152 */
};
static uint64_t *regions; /* REGIONS of them, in pages of our own: most are never touched */

static const uint64_t stack_bits = (UINT64_C(1) << WIRE_SLOT_STACK_BITS) - 1;
static const uint64_t family_bits = UINT64_C(7) << WIRE_SLOT_FAMILY_SHIFT;
/* The five lowest bits of an address, shifted to where two of them are in a slot. The others, and the bits of the slot
 * in their place (released, and parts of the verdict), are all 0 in what is plain. */
static const uint64_t low_bits = UINT64_C(0x1f) << LOW_SHIFT;
_Static_assert((int)WIRE_SLOT_RELEASED_SHIFT >= (int)LOW_SHIFT && WIRE_SLOT_RELEASED_SHIFT < WIRE_SLOT_LOW_SHIFT,
               "who tests the address tests for released, too");

struct python_allocator own_otherwise[PYTHON_DOMAINS];
static bool is_plain, objects_are_plain;

/* What is the same in the slots of all blocks of one stack. */
static ALWAYS_INLINE wire_slot slot_born(uint32_t node, enum wire_family family)
{
        return node | (wire_slot)family << WIRE_SLOT_FAMILY_SHIFT;
}

void own_settle(bool plain, bool objects)
{
        is_plain = plain;
        objects_are_plain = objects;
        bool possible = plain && interpreter.here && !interpreter.apart_bytes && arena.base &&
                        arena.granule_shift == HOT_GRANULE_SHIFT;
        if (possible && !regions && (regions = pages_take(REGIONS * sizeof *regions)) != NULL)
                regions[0] = UINT64_MAX; /* no address's; but region 0, where NULL lies, would be taken for known */
        possible = possible && regions;
        uintptr_t bytes = possible ? interpreter.text_end - interpreter.text_start : 0;
        if (possible) {
                arena.own_object_born = slot_born(site_bare(WIRE_ENTRY_PYOBJECT_MALLOC).n, WIRE_FAMILY_PYOBJECT);
                arena.own_object_gone = site_bare(WIRE_ENTRY_PYOBJECT_FREE).n;
        }
        __atomic_store_n(&arena.own_object_bytes, objects ? bytes : 0, __ATOMIC_RELEASE);
        __atomic_store_n(&arena.own_bytes, bytes, __ATOMIC_RELEASE);
}

void own_fork_child(void)
{
        if (!interpreter.here)
                return;
        if (regions) {
                pages_give(regions, REGIONS * sizeof *regions);
                regions = NULL;
        }
        own_settle(is_plain, objects_are_plain);
}

static void region_learn(uintptr_t address)
{
        uint64_t at = address >> HOT_LEAF_SHIFT;
        uint64_t leaf = at < arena.directory_capacity ? arena.directory[at] : 0;
        uint64_t region = address >> REGION_SHIFT;
        uint64_t page = leaf * WIRE_LEAF_PAGES + region % WIRE_LEAF_PAGES;
        if (leaf && arena.leaves[leaf].touched[region % WIRE_LEAF_PAGES] && page >> PAGE_BITS == 0)
                __atomic_store_n(&regions[region % REGIONS], region << PAGE_BITS | page, __ATOMIC_RELAXED);
}

/* The slot of an address in a known region, else NULL. */
static ALWAYS_INLINE wire_slot *slot_find(uintptr_t address)
{
        uint64_t region = address >> REGION_SHIFT;
        uint64_t seen = __atomic_load_n(&regions[region % REGIONS], __ATOMIC_RELAXED);
        if (unlikely(seen >> PAGE_BITS != region))
                return NULL;
        uint64_t page = seen & ((UINT64_C(1) << PAGE_BITS) - 1);
        return (wire_slot *)((unsigned char *)arena.slots + page * WIRE_PAGE_BYTES +
                             (address >> (HOT_GRANULE_SHIFT - 3) & (WIRE_PAGE_BYTES - sizeof(wire_slot))));
}

/* Is a call from `pc` plain? `bytes`: arena.own_bytes or arena.own_object_bytes. */
static ALWAYS_INLINE bool call_is_plain(const struct thread *self, const struct layer *layer, uintptr_t pc,
                                        uintptr_t bytes)
{
        return likely(pc - interpreter.text_start < bytes) && likely(self->odd == 0) && likely(self->count != NULL) &&
               likely(!layer_covered(layer));
}

/* The interpreter's allocator is asked in between: what it asks of other allocators is no event. Nothing else of `odd`
 * is set in the plain case. */
static ALWAYS_INLINE void nest_enter(struct thread *self) { self->odd = 1; }
static ALWAYS_INLINE void nest_leave(struct thread *self) { self->odd = 0; }

static __attribute__((noinline)) void insert_slowly(uintptr_t start, size_t size, wire_slot born)
{
        if (!arena.base)
                return;
        table_insert_slowly(start, size, wire_slot_stack(born), wire_slot_family(born));
        region_learn(start);
}

static ALWAYS_INLINE void insert(struct thread *self, void *block, size_t size, wire_slot born)
{
        uintptr_t start = (uintptr_t)block;
        wire_slot *where = slot_find(start);
        /* Not a look into the slot, whose line may be far away: a store does not wait for it. */
        if (likely(where != NULL))
                __atomic_store_n(where,
                                 (start & 0x18) << LOW_SHIFT | (wire_slot)size << WIRE_SLOT_SIZE_SHIFT | born |
                                         arena.epoch_bits,
                                 __ATOMIC_RELAXED);
        else
                insert_slowly(start, size, born);
        hot_count_born(self->count, size);
}

/* Is a small live block of this family here? Its slot then. */
static ALWAYS_INLINE wire_slot *find_live(void *block, enum wire_family family)
{
        wire_slot *where = slot_find((uintptr_t)block);
        wire_slot wanted = slot_born(0, family) ^ (uintptr_t)block << LOW_SHIFT;
        return likely(where != NULL) && likely(((*where ^ wanted) & (family_bits | low_bits)) == 0) ? where : NULL;
}

/* `where`: the slot of `block`; both may be NULL. The block is in no table while it is resized: somebody else may have
 * its address before we know. */
static ALWAYS_INLINE void *resize(struct thread *self, const struct layer *layer, void *block, size_t size,
                                  wire_slot *where, wire_slot born)
{
        wire_slot slot = 0;
        if (where) {
                slot = *where;
                *where = 0;
        }
        nest_enter(self);
        void *result = layer->inner.resize(layer->inner.context, block, layer_size(layer, size));
        nest_leave(self);
        if (unlikely(result == NULL)) {
                if (where)
                        *where = slot;
                return NULL;
        }
        if (where)
                hot_count_released(self->count, wire_slot_size(slot));
        insert(self, result, size, born);
        return result;
}

void *own_mem_give(void *context, size_t size)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_MALLOC, pc);
        if (unlikely(!call_is_plain(self, layer, pc, arena.own_bytes) || !site || size > WIRE_SMALL_MAX))
                return own_otherwise[PYTHON_MEM].give(context, size);
        nest_enter(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        nest_leave(self);
        if (likely(block != NULL))
                insert(self, block, size, slot_born(site, WIRE_FAMILY_PYMEM));
        return block;
}

void *own_mem_resize(void *context, void *block, size_t size)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_REALLOC, pc);
        if (likely(call_is_plain(self, layer, pc, arena.own_bytes) && site && size <= WIRE_SMALL_MAX)) {
                wire_slot *where = block ? find_live(block, WIRE_FAMILY_PYMEM) : NULL;
                if (likely(where || !block))
                        return resize(self, layer, block, size, where, slot_born(site, WIRE_FAMILY_PYMEM));
        }
        return own_otherwise[PYTHON_MEM].resize(context, block, size);
}

/* What is released is gone from the table already; the interpreter's pools ask no other allocator. */
static __attribute__((noinline)) void give_back(const struct layer *layer, void *block)
{
        struct thread *self = &thread_self;
        if (self->count->live_bytes < -HOT_FLUSH_BYTES)
                hot_flush(self->count);
        nest_enter(self);
        layer->inner.release(layer->inner.context, block);
        nest_leave(self);
}

/* True when give_back() must be called, else the block goes straight to its allocator. */
static ALWAYS_INLINE bool count_released(struct wire_count *count, const struct layer *layer, uint32_t size)
{
        int64_t live = count->live_bytes - (int64_t)size;
        count->releases++;
        count->live_bytes = live;
        return unlikely(size >= layer->pooled_end) || unlikely(live < -HOT_FLUSH_BYTES);
}

void own_mem_release(void *context, void *block)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        wire_slot *where = NULL;
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_FREE, pc);
        if (likely(call_is_plain(self, layer, pc, arena.own_bytes)))
                where = find_live(block, WIRE_FAMILY_PYMEM);
        if (unlikely(!where || !site)) {
                own_otherwise[PYTHON_MEM].release(context, block);
                return;
        }
        wire_slot slot = *where;
        table_release_slot_in(where, slot, (uintptr_t)block, site, HOT_GRANULE_SHIFT);
        if (count_released(self->count, layer, wire_slot_size(slot)))
                give_back(layer, block);
        else
                layer->inner.release(layer->inner.context, block);
}

void *own_object_give(void *context, size_t size)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        if (unlikely(!call_is_plain(self, layer, pc, arena.own_object_bytes) || size > WIRE_SMALL_MAX))
                return own_otherwise[PYTHON_OBJECT].give(context, size);
        nest_enter(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        nest_leave(self);
        if (likely(block != NULL))
                insert(self, block, size, arena.own_object_born);
        return block;
}

void *own_object_resize(void *context, void *block, size_t size)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_bare(WIRE_ENTRY_PYOBJECT_REALLOC).n;
        if (likely(call_is_plain(self, layer, pc, arena.own_object_bytes) && size <= WIRE_SMALL_MAX)) {
                wire_slot *where = block ? find_live(block, WIRE_FAMILY_PYOBJECT) : NULL;
                if (likely(where || !block))
                        return resize(self, layer, block, size, where, slot_born(site, WIRE_FAMILY_PYOBJECT));
        }
        return own_otherwise[PYTHON_OBJECT].resize(context, block, size);
}

/* An object that the interpreter made goes plainly, whoever seems to release it: a destructor may be a chain of tail
 * calls up to its last act. */
void own_object_release(void *context, void *block)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        struct wire_count *count = self->count;
        uintptr_t start = (uintptr_t)block;
        if (unlikely(!arena.own_object_bytes || self->odd || !count))
                goto otherwise;
        wire_slot *where = slot_find(start);
        if (unlikely(!where))
                goto otherwise;
        wire_slot slot = __atomic_load_n(where, __ATOMIC_RELAXED);
        if (unlikely((slot ^ arena.own_object_born ^ start << LOW_SHIFT) & (stack_bits | family_bits | low_bits)))
                goto otherwise;
        uint32_t size = wire_slot_size(slot);
        if (size >= CODE_LEAST_BYTES && unlikely(code_maybe(start)))
                goto otherwise;
        table_release_as(where, slot, arena.own_object_gone);
        if (count_released(count, layer, size))
                give_back(layer, block);
        else
                layer->inner.release(layer->inner.context, block);
        return;
otherwise:
        own_otherwise[PYTHON_OBJECT].release(context, block);
}
