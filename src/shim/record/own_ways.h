/* The ways of own.h, for a thread that is odd by nothing (own.c) or by its log alone (own_logged.c)
 *
 * `odd` is what thread.odd has while a way is plain, a constant of the caller's: where it says that there is a log,
 * each event is told to it. One function each, so that both do the same.
 */
#ifndef UNFREED_SHIM_RECORD_OWN_WAYS_H
#define UNFREED_SHIM_RECORD_OWN_WAYS_H

#include "shim/python/code.h"
#include "shim/python/site.h"
#include "shim/record/hot.h"
#include "shim/record/log.h"
#include "shim/record/own.h"

enum {
        OWN_REGION_SHIFT = HOT_GRANULE_SHIFT + 9,
        OWN_REGIONS = 1 << 14,
        OWN_PAGE_BITS = 31,
        OWN_LOW_SHIFT = WIRE_SLOT_LOW_SHIFT - 3,
        OWN_CODE_LEAST_BYTES = 128, /* no code object is smaller: 3.8's header alone has 152 */
};
/* OWN_REGIONS of them, in pages of our own: most are never touched. */
extern uint64_t *own_regions;

/* Slow parts, which no way takes in. */
__attribute__((noinline)) void own_insert_slowly(uintptr_t start, size_t size, wire_slot born);
__attribute__((noinline)) void own_give_back(const struct layer *layer, void *block);

static const uint64_t own_stack_bits = (UINT64_C(1) << WIRE_SLOT_STACK_BITS) - 1;
static const uint64_t own_family_bits = UINT64_C(7) << WIRE_SLOT_FAMILY_SHIFT;
/* The five lowest bits of an address, shifted to where two of them are in a slot. The others, and the bits of the slot
 * in their place (released, and parts of the verdict), are all 0 in what is plain. */
static const uint64_t own_low_bits = UINT64_C(0x1f) << OWN_LOW_SHIFT;
_Static_assert((int)WIRE_SLOT_RELEASED_SHIFT >= (int)OWN_LOW_SHIFT && WIRE_SLOT_RELEASED_SHIFT < WIRE_SLOT_LOW_SHIFT,
               "who tests the address tests for released, too");

/* What is the same in the slots of all blocks of one stack. */
static ALWAYS_INLINE wire_slot own_slot_born(uint32_t node, enum wire_family family)
{
        return node | (wire_slot)family << WIRE_SLOT_FAMILY_SHIFT;
}

/* The slot of an address in a known region, else NULL. */
static ALWAYS_INLINE wire_slot *own_slot_find(uintptr_t address)
{
        uint64_t region = address >> OWN_REGION_SHIFT;
        uint64_t seen = __atomic_load_n(&own_regions[region % OWN_REGIONS], __ATOMIC_RELAXED);
        if (unlikely(seen >> OWN_PAGE_BITS != region))
                return NULL;
        uint64_t page = seen & ((UINT64_C(1) << OWN_PAGE_BITS) - 1);
        return (wire_slot *)((unsigned char *)arena.slots + page * WIRE_PAGE_BYTES +
                             (address >> (HOT_GRANULE_SHIFT - 3) & (WIRE_PAGE_BYTES - sizeof(wire_slot))));
}

/* Is a call from `pc` plain? `bytes`: arena.own_bytes or arena.own_object_bytes. */
static ALWAYS_INLINE bool own_call_is_plain(const struct thread *self, const struct layer *layer, uintptr_t pc,
                                            uintptr_t bytes, uint64_t odd)
{
        return likely(pc - interpreter.text_start < bytes) && likely(self->odd == odd) && likely(self->count != NULL) &&
               likely(!layer_covered(layer));
}

/* The interpreter's allocator is asked in between: what it asks of other allocators is no event. Nothing but `odd` is
 * set in the plain case. */
static ALWAYS_INLINE void own_nest_enter(struct thread *self) { self->odd = 1; }
static ALWAYS_INLINE void own_nest_leave(struct thread *self, uint64_t odd) { self->odd = odd; }

static ALWAYS_INLINE void own_insert(struct thread *self, void *block, size_t size, wire_slot born, uint64_t odd)
{
        uintptr_t start = (uintptr_t)block;
        wire_slot *where = own_slot_find(start);
        /* Not a look into the slot, whose line may be far away: a store does not wait for it. */
        if (likely(where != NULL))
                __atomic_store_n(where,
                                 (start & 0x18) << OWN_LOW_SHIFT | (wire_slot)size << WIRE_SLOT_SIZE_SHIFT | born |
                                         arena.epoch_bits,
                                 __ATOMIC_RELAXED);
        else
                own_insert_slowly(start, size, born);
        hot_count_born(self->count, size);
        if (odd)
                log_tell(self, WIRE_LOG_BIRTH, start, wire_slot_stack(born), (uint32_t)size);
}

/* Is a small live block of this family here? Its slot then. */
static ALWAYS_INLINE wire_slot *own_find_live(void *block, enum wire_family family)
{
        wire_slot *where = own_slot_find((uintptr_t)block);
        wire_slot wanted = own_slot_born(0, family) ^ (uintptr_t)block << OWN_LOW_SHIFT;
        return likely(where != NULL) && likely(((*where ^ wanted) & (own_family_bits | own_low_bits)) == 0) ? where
                                                                                                            : NULL;
}

/* `where`: the slot of `block`; both may be NULL. The block is in no table while it is resized: somebody else may have
 * its address before we know. */
static ALWAYS_INLINE void *own_resize(struct thread *self, const struct layer *layer, void *block, size_t size,
                                      wire_slot *where, wire_slot born, uint64_t odd)
{
        wire_slot slot = 0;
        if (where) {
                slot = *where;
                *where = 0;
        }
        own_nest_enter(self);
        void *result = layer->inner.resize(layer->inner.context, block, layer_size(layer, size));
        own_nest_leave(self, odd);
        if (unlikely(result == NULL)) {
                if (where)
                        *where = slot;
                return NULL;
        }
        if (where) {
                hot_count_released(self->count, wire_slot_size(slot));
                if (odd)
                        log_tell(self, WIRE_LOG_RESIZE, (uintptr_t)block, 0, 0);
        }
        own_insert(self, result, size, born, odd);
        return result;
}

static ALWAYS_INLINE void *own_way_mem_give(void *context, size_t size, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_MALLOC, pc);
        if (unlikely(!own_call_is_plain(self, layer, pc, arena.own_bytes, odd) || !site || size > WIRE_SMALL_MAX))
                return own_otherwise[PYTHON_MEM].give(context, size);
        own_nest_enter(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        own_nest_leave(self, odd);
        if (likely(block != NULL))
                own_insert(self, block, size, own_slot_born(site, WIRE_FAMILY_PYMEM), odd);
        return block;
}

static ALWAYS_INLINE void *own_way_mem_resize(void *context, void *block, size_t size, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_REALLOC, pc);
        if (likely(own_call_is_plain(self, layer, pc, arena.own_bytes, odd) && site && size <= WIRE_SMALL_MAX)) {
                wire_slot *where = block ? own_find_live(block, WIRE_FAMILY_PYMEM) : NULL;
                if (likely(where || !block))
                        return own_resize(self, layer, block, size, where, own_slot_born(site, WIRE_FAMILY_PYMEM), odd);
        }
        return own_otherwise[PYTHON_MEM].resize(context, block, size);
}

/* True when own_give_back() must be called, else the block goes straight to its allocator. */
static ALWAYS_INLINE bool own_count_released(struct wire_count *count, const struct layer *layer, uint32_t size)
{
        int64_t live = count->live_bytes - (int64_t)size;
        count->releases++;
        count->live_bytes = live;
        return unlikely(size >= layer->pooled_end) || unlikely(live < -HOT_FLUSH_BYTES);
}

static ALWAYS_INLINE void own_way_mem_release(void *context, void *block, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        wire_slot *where = NULL;
        uint32_t site = site_near(WIRE_ENTRY_PYMEM_FREE, pc);
        if (likely(own_call_is_plain(self, layer, pc, arena.own_bytes, odd)))
                where = own_find_live(block, WIRE_FAMILY_PYMEM);
        if (unlikely(!where || !site)) {
                own_otherwise[PYTHON_MEM].release(context, block);
                return;
        }
        wire_slot slot = *where;
        table_release_slot_in(where, slot, (uintptr_t)block, site, HOT_GRANULE_SHIFT);
        if (odd)
                log_tell(self, WIRE_LOG_RELEASE, (uintptr_t)block, site, 0);
        if (own_count_released(self->count, layer, wire_slot_size(slot)))
                own_give_back(layer, block);
        else
                layer->inner.release(layer->inner.context, block);
}

static ALWAYS_INLINE void *own_way_object_give(void *context, size_t size, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        if (unlikely(!own_call_is_plain(self, layer, pc, arena.own_object_bytes, odd) || size > WIRE_SMALL_MAX))
                return own_otherwise[PYTHON_OBJECT].give(context, size);
        own_nest_enter(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        own_nest_leave(self, odd);
        if (likely(block != NULL))
                own_insert(self, block, size, arena.own_object_born, odd);
        return block;
}

static ALWAYS_INLINE void *own_way_object_resize(void *context, void *block, size_t size, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        uintptr_t pc = (uintptr_t)__builtin_return_address(0);
        uint32_t site = site_bare(WIRE_ENTRY_PYOBJECT_REALLOC).n;
        if (likely(own_call_is_plain(self, layer, pc, arena.own_object_bytes, odd) && size <= WIRE_SMALL_MAX)) {
                wire_slot *where = block ? own_find_live(block, WIRE_FAMILY_PYOBJECT) : NULL;
                if (likely(where || !block))
                        return own_resize(self, layer, block, size, where, own_slot_born(site, WIRE_FAMILY_PYOBJECT),
                                          odd);
        }
        return own_otherwise[PYTHON_OBJECT].resize(context, block, size);
}

/* An object that the interpreter made goes plainly, whoever seems to release it: a destructor may be a chain of tail
 * calls up to its last act. */
static ALWAYS_INLINE void own_way_object_release(void *context, void *block, uint64_t odd)
{
        const struct layer *layer = context;
        struct thread *self = &thread_self;
        struct wire_count *count = self->count;
        uintptr_t start = (uintptr_t)block;
        if (unlikely(!arena.own_object_bytes || self->odd != odd || !count))
                goto otherwise;
        wire_slot *where = own_slot_find(start);
        if (unlikely(!where))
                goto otherwise;
        wire_slot slot = __atomic_load_n(where, __ATOMIC_RELAXED);
        if (unlikely((slot ^ arena.own_object_born ^ start << OWN_LOW_SHIFT) &
                     (own_stack_bits | own_family_bits | own_low_bits)))
                goto otherwise;
        uint32_t size = wire_slot_size(slot);
        if (size >= OWN_CODE_LEAST_BYTES && unlikely(code_maybe(start)))
                goto otherwise;
        table_release_as(where, slot, arena.own_object_gone);
        if (odd)
                log_tell(self, WIRE_LOG_RELEASE, start, arena.own_object_gone, 0);
        if (own_count_released(count, layer, size))
                own_give_back(layer, block);
        else
                layer->inner.release(layer->inner.context, block);
        return;
otherwise:
        own_otherwise[PYTHON_OBJECT].release(context, block);
}

#endif
