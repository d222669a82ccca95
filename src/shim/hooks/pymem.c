/* CPython's allocators, hooked (PEP 445)
 *
 * These functions stand between CPython and its allocators, in each of its three domains; the exported names of
 * pydoor.c only lead here. They are called by the public functions with a tail call, so the return address is that of
 * whoever called PyMem_Malloc: an extension, whose stack is recorded in full, or the interpreter itself, which does so
 * by the million and gets a short stack (python/site.h).
 *
 * CPython's allocators call one another (PyMem_Malloc of 4000 bytes asks the raw domain, which asks malloc): only the
 * outermost is an event, the others are its backing. The interpreter is not accused of what it does with its own
 * blocks, and a block that nobody saw being given is passed on in silence.
 */
#include "shim/hooks/pymem.h"

#include "shim/hooks/door.h"
#include "shim/python/code.h"
#include "shim/python/frames.h"
#include "shim/python/layer.h"
#include "shim/python/lookup.h"
#include "shim/python/python.h"
#include "shim/python/site.h"
#include "shim/record/hot.h"
#include "shim/record/log.h"
#include "shim/record/own.h"
#include "shim/record/own_logged.h"
#include "shim/record/own_sampled.h"
#include "shim/record/sample.h"
#include "shim/self/glibc.h"
#include "shim/self/options.h"

#include <errno.h>
#include <locale.h>
#include <stddef.h>
#include <string.h>

enum { SMALL_OBJECT_BYTES = 512 }; /* pymalloc serves these from its own pools (Objects/obmalloc.c) */

/* What a realloc of a domain is. */
struct door {
        enum wire_entry resize;
        enum wire_family family;
};

/* With pyobject=off only the large ones are recorded: they lie among malloc's blocks, and may hold some of them. */
static ALWAYS_INLINE bool is_tracked(enum wire_family family, size_t size)
{
        return family != WIRE_FAMILY_PYOBJECT || likely(options.pyobject) || size > SMALL_OBJECT_BYTES;
}

/* With pyobject=off: an object that the table cannot know, without a look into the table of large blocks. */
static bool any_large_object;
static ALWAYS_INLINE bool is_unknown_object(void *block, enum wire_family family)
{
        if (family != WIRE_FAMILY_PYOBJECT || likely(options.pyobject) || any_large_object)
                return false;
        const wire_slot *slot = table_slot((uintptr_t)block);
        return !slot || !wire_slot_is_of(*slot, (uintptr_t)block);
}

/* ... or of whose address it only remembers an older block. */
static ALWAYS_INLINE bool is_memory_only(const struct block *block, enum wire_family family)
{
        return block->released && family == WIRE_FAMILY_PYOBJECT && unlikely(!options.pyobject);
}

static ALWAYS_INLINE struct stack_id own_site(enum wire_family family, enum wire_entry entry, uintptr_t pc)
{
        return family == WIRE_FAMILY_PYOBJECT ? site_bare(entry) : site_find(entry, pc);
}

/* Is the caller the interpreter itself, on its own behalf? */
static ALWAYS_INLINE bool is_own(const struct layer *layer, const struct stack_start *start)
{
        return likely(interpreter_holds(start->pc)) && likely(!layer_covered(layer));
}

static ALWAYS_INLINE void born(struct thread *self, const struct layer *layer, void *block, size_t size,
                               enum wire_family family, enum wire_entry entry, const struct stack_start *start)
{
        if (unlikely(!is_own(layer, start) || options.python_objects)) {
                record_birth(self, block, size, entry, 0, start);
                any_large_object |= size > WIRE_SMALL_MAX;
                return;
        }
        struct stack_id site = own_site(family, entry, start->pc);
        if (unlikely(self->odd || size > WIRE_SMALL_MAX)) {
                any_large_object |= family == WIRE_FAMILY_PYOBJECT;
                record_birth_known(self, block, size, site, family);
                return;
        }
        table_insert((uintptr_t)block, size, site.n, family);
        hot_count_born(self->count, size);
}

/* A small live block of this family goes, without a walk. False: it is not that simple. Who releases an object is
 * anybody's guess, since a destructor may be a chain of tail calls up to its last act; so objects that the interpreter
 * made go simply, whoever seems to release them. */
static ALWAYS_INLINE bool gone_simply(struct thread *self, void *block, enum wire_family family, enum wire_entry entry,
                                      uintptr_t pc, bool own)
{
        uintptr_t start = (uintptr_t)block;
        wire_slot *where = table_slot(start);
        wire_slot slot = where ? __atomic_load_n(where, __ATOMIC_RELAXED) : 0;
        if (unlikely(!wire_slot_live(slot) || wire_slot_family(slot) != (unsigned)family ||
                     !wire_slot_is_of(slot, start)))
                return false;
        if (unlikely(!own) && (family != WIRE_FAMILY_PYOBJECT || !site_is_bare(wire_slot_stack(slot))))
                return false;
        struct stack_id site = own_site(family, entry, pc);
        table_release_slot(where, slot, start, site.n);
        hot_count_released(self->count, wire_slot_size(slot));
        if (unlikely(self->logging))
                log_release(self, start, site.n, WIRE_LOG_RELEASE);
        return true;
}

/* Called by an extension without the GIL, where one is needed? Filed then. With tracemalloc over us the interpreter's
 * own calls look like an extension's: it makes none without the GIL, since its debug hooks would end it for that. */
static bool is_without_gil(struct thread *self, const struct layer *layer, void *block, enum wire_family family,
                           enum wire_entry entry, const struct stack_start *start)
{
        if (family == WIRE_FAMILY_PYMEM_RAW || is_own(layer, start) || interpreter_gil_held())
                return false;
        record_no_gil(self, block, entry, start);
        return interpreter.minor >= 12 && !interpreter.free_threaded &&
               !layer->checks; /* what would crash, and can be helped */
}

/* What pymalloc does not know as its own it hands to the raw domain, so a raw block may stand for it. */
static const struct python_allocator *raw_inner(void) { return &layer_first(PYTHON_RAW)->inner; }

/* A block that is looked at, where free() sees that (record/sample.h): one that large pymalloc leaves to malloc. */
static __attribute__((noinline)) void *give_placed(struct thread *self, const struct python_allocator *inner, size_t size,
                                                   bool zeroed)
{
        size_t asked = sample_place_bytes(size);
        thread_nest_begin(self);
        self->placing = true;
        void *block = zeroed ? inner->give_zeroed(inner->context, 1, asked) : inner->give(inner->context, asked);
        self->placing = false;
        thread_nest_end(self);
        return block;
}

/* Shall it be one? The debug hooks are told the true size. */
static ALWAYS_INLINE bool is_placed(const struct thread *self, const struct layer *layer, enum wire_family family,
                                    size_t size, bool filled)
{
        return unlikely(self->sampling) && !layer->checks && is_tracked(family, size) &&
               (filled ? sample_would_place_filled(self, size) : sample_would_place(self, size));
}

/* The same for a block that was just resized: it moves there. */
static ALWAYS_INLINE void *resized_placed(struct thread *self, const struct layer *layer, enum wire_family family,
                                          void *block, size_t size)
{
        const struct python_allocator *inner = &layer->inner;
        if (block == NULL || !((uintptr_t)block & SAMPLE_PLACE_MASK) || !is_placed(self, layer, family, size, true))
                return block;
        void *placed = give_placed(self, inner, size, false);
        if (placed == NULL)
                return block;
        memcpy(placed, block, size);
        thread_nest_begin(self);
        inner->release(inner->context, block);
        thread_nest_end(self);
        return placed;
}

static ALWAYS_INLINE void *give(const struct layer *layer, size_t count, size_t size, bool zeroed,
                                enum wire_entry entry, enum wire_family family, const struct stack_start *start)
{
        const struct python_allocator *inner = &layer->inner;
        struct thread *self = &thread_self;
        size_t bytes = count * size;
        if (unlikely(self->sampling) && sample_passes_after_all(self, bytes)) {
                uint64_t may_pass = sample_nest_begin(self);
                void *unknown = zeroed ? inner->give_zeroed(inner->context, 1, layer_size(layer, bytes))
                                       : inner->give(inner->context, layer_size(layer, bytes));
                sample_nest_end(self, may_pass);
                return unknown;
        }
        bool event = record_wanted(self);
        if (unlikely(event && door_fails(entry, bytes)))
                return NULL;
        if (unlikely(event && is_without_gil(self, layer, NULL, family, entry, start)))
                inner = raw_inner();
        void *block = NULL;
        if (event && is_placed(self, layer, family, bytes, zeroed))
                block = give_placed(self, inner, bytes, zeroed);
        if (likely(block == NULL)) {
                thread_nest_begin(self);
                if (!zeroed)
                        block = inner->give(inner->context, layer_size(layer, bytes));
                else if (bytes == layer_size(layer, bytes))
                        block = inner->give_zeroed(inner->context, count, size);
                else
                        block = inner->give_zeroed(inner->context, 1, layer_size(layer, bytes));
                thread_nest_end(self);
        }
        if (unlikely(block == NULL))
                return NULL;
        if (likely(event && is_tracked(family, bytes)))
                born(self, layer, block, bytes, family, entry, start);
        else if (!event && self->nest == 0)
                record_unseen(self, block, bytes);
        else if (event && !is_unknown_object(block, family))
                record_untracked(block);
        return block;
}

/* Remove the block from the table, as far as it is there. False: it must not reach the allocator. */
static ALWAYS_INLINE bool gone(struct thread *self, const struct layer *layer, void *block, enum wire_family family,
                               enum wire_entry entry, const struct stack_start *start, enum wire_family *ret_owner)
{
        bool own = is_own(layer, start);
        if (likely(gone_simply(self, block, family, entry, start->pc, own)))
                return true;
        if (is_unknown_object(block, family))
                return true;
        struct block known;
        bool found = table_find((uintptr_t)block, &known) && !is_memory_only(&known, family);
        if (likely(found && own && !known.released && known.family == family)) {
                record_release_known(self, &known, own_site(family, entry, start->pc));
                return true;
        }
        /* For want of memory pymalloc hands out raw blocks, and gives them back to where they came from. */
        if (found && own && known.released && family == WIRE_FAMILY_PYMEM_RAW && known.family != WIRE_FAMILY_MALLOC)
                return true;
        if (!found && (own || early_own(block) || (family == WIRE_FAMILY_PYOBJECT && !options.pyobject)))
                return true;
        if (unlikely(is_without_gil(self, layer, block, family, entry, start))) {
                record_release(self, block, entry, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, start,
                               &(struct record_released){0});
                return false;
        }
        struct record_released released;
        switch (record_release(self, block, entry, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, start, &released)) {
        case RECORD_PASS:
                *ret_owner = WIRE_FAMILY_NONE;
                return true;
        case RECORD_OWNER:
                *ret_owner = released.owner;
                return true;
        default:
                return false;
        }
}

static ALWAYS_INLINE void release(const struct layer *layer, void *block, enum wire_entry entry,
                                  enum wire_family family, const struct stack_start *start)
{
        const struct python_allocator *inner = &layer->inner;
        struct thread *self = &thread_self;
        enum wire_family owner = WIRE_FAMILY_NONE;
        if (unlikely(block == NULL))
                return;
        if (unlikely(self->sampling) && sample_unknown(self, block))
                owner = WIRE_FAMILY_NONE;
        else if (unlikely(!record_wanted(self)))
                record_unseen_release(self, block);
        else if (unlikely(!gone(self, layer, block, family, entry, start, &owner)) && !layer->checks)
                return;
        else
                sample_forget(self, block);
        thread_nest_begin(self);
        if (likely(owner == WIRE_FAMILY_NONE || layer->checks))
                inner->release(inner->context, block);
        else if (!python_give(block, owner))
                next_free(block);
        thread_nest_end(self);
}

/* An extension's realloc, or one of a block that is not what it should be. */
static __attribute__((noinline)) void *resize_slowly(const struct layer *layer, void *block, size_t size,
                                                     const struct door *door, const struct stack_start *start)
{
        const struct python_allocator *inner = &layer->inner;
        struct thread *self = &thread_self;
        struct record_resize change;
        enum wire_family owner = WIRE_FAMILY_NONE;
        bool without_gil = is_without_gil(self, layer, block, door->family, door->resize, start);
        enum record_act act = record_resize_begin(self, block, door->resize, start, &change, &owner);
        void *result = NULL;
        thread_nest_begin(self);
        if (layer->checks || (act == RECORD_PASS && !without_gil)) {
                result = inner->resize(inner->context, block, layer_size(layer, size));
        } else if (without_gil || act == RECORD_SWALLOW) {
                const struct python_allocator *from = without_gil ? raw_inner() : inner;
                result = from->give_zeroed(from->context, 1, layer_size(layer, size));
                if (result && change.known)
                        memcpy(result, block, change.old.size < size ? change.old.size : size);
        } else if (!python_resize(block, size, owner, &result)) {
                result = next_realloc(block, size ? size : 1);
        }
        thread_nest_end(self);
        if (act == RECORD_PASS && !without_gil)
                result = resized_placed(self, layer, door->family, result, size);
        record_resize_end(self, &change, result, size ? size : 1, door->resize, start);
        return result;
}

static ALWAYS_INLINE void *resize(const struct layer *layer, void *block, size_t size, const struct door *door,
                                  const struct stack_start *start)
{
        const struct python_allocator *inner = &layer->inner;
        struct thread *self = &thread_self;
        if (unlikely(self->sampling) && sample_unknown(self, block) && sample_passes_after_all(self, size)) {
                uint64_t may_pass = sample_nest_begin(self);
                void *unknown = inner->resize(inner->context, block, layer_size(layer, size));
                sample_nest_end(self, may_pass);
                return unknown;
        }
        if (unlikely(!record_wanted(self))) {
                if (block)
                        record_unseen_release(self, block);
                thread_nest_begin(self);
                void *result = inner->resize(inner->context, block, layer_size(layer, size));
                thread_nest_end(self);
                if (result && self->nest == 0)
                        record_unseen(self, result, size);
                return result;
        }
        if (unlikely(door_fails(door->resize, size)))
                return NULL;
        bool own = is_own(layer, start);
        struct block old = {0};
        bool found = block && !is_unknown_object(block, door->family) && table_find((uintptr_t)block, &old) &&
                     !is_memory_only(&old, door->family);
        if (unlikely(block && (!own || (found && (old.released || old.family != door->family)))))
                return resize_slowly(layer, block, size, door, start);
        if (unlikely(block == NULL && is_without_gil(self, layer, NULL, door->family, door->resize, start)))
                inner = raw_inner();
        if (found)
                sample_table_forget(self, &old);
        thread_nest_begin(self);
        void *result = inner->resize(inner->context, block, layer_size(layer, size));
        thread_nest_end(self);
        if (unlikely(result == NULL)) {
                if (found)
                        sample_insert(self, old.start, old.size, old.stack, old.family);
                return NULL;
        }
        if (likely(inner == &layer->inner))
                result = resized_placed(self, layer, door->family, result, size);
        if (found)
                record_forgotten(self, &old);
        if (likely(is_tracked(door->family, size)))
                born(self, layer, result, size, door->family, door->resize, start);
        else if (!is_unknown_object(result, door->family))
                record_untracked(result);
        return result;
}

/* With pyobject=off, small: nothing of it is recorded, nor what pymalloc does for it. */
static ALWAYS_INLINE void *give_untracked(struct thread *self, const struct layer *layer, size_t size)
{
        uint64_t may_pass = sample_nest_begin(self);
        void *block = layer->inner.give(layer->inner.context, layer_size(layer, size));
        sample_nest_end(self, may_pass);
        return block;
}

/* With pyobject=off: was the object never in the table? */
static ALWAYS_INLINE bool is_untracked(void *block)
{
        if (options.pyobject || any_large_object)
                return false;
        const wire_slot *where = arena.base ? table_slot((uintptr_t)block) : NULL;
        return !where || !wire_slot_live(*where) || !wire_slot_is_of(*where, (uintptr_t)block);
}

static ALWAYS_INLINE void pass_release(struct thread *self, const struct layer *layer, void *block)
{
        thread_nest_begin(self);
        layer->inner.release(layer->inner.context, block);
        thread_nest_end(self);
}

#define GIVE_BY(prefix, id, family)                                                                                    \
        static void *prefix##_give_slowly(void *layer, size_t size, struct stack_start start)                          \
        {                                                                                                              \
                return give(layer, 1, size, false, WIRE_ENTRY_##id##_MALLOC, WIRE_FAMILY_##family, &start);            \
        }                                                                                                              \
        static void *prefix##_give_zeroed(void *layer, size_t count, size_t size)                                      \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                return give(layer, count, size, true, WIRE_ENTRY_##id##_CALLOC, WIRE_FAMILY_##family, &start);         \
        }                                                                                                              \
        static void *prefix##_resize_slowly(void *layer, void *block, size_t size, struct stack_start start)           \
        {                                                                                                              \
                static const struct door door = {WIRE_ENTRY_##id##_REALLOC, WIRE_FAMILY_##family};                     \
                return resize(layer, block, size, &door, &start);                                                      \
        }                                                                                                              \
        static void prefix##_release_slowly(void *layer, void *block, struct stack_start start)                        \
        {                                                                                                              \
                release(layer, block, WIRE_ENTRY_##id##_FREE, WIRE_FAMILY_##family, &start);                           \
        }
GIVE_BY(raw, PYMEM_RAW, PYMEM_RAW)
GIVE_BY(mem, PYMEM, PYMEM)
GIVE_BY(object, PYOBJECT, PYOBJECT)

/* What another domain asks of this one is the backing of a block of that, and what malloc's doors see of it is enough.
 */
static void *raw_give(void *context, size_t size)
{
        const struct layer *layer = context;
        if (likely(thread_self.nest))
                return layer->inner.give(layer->inner.context, layer_size(layer, size));
        return raw_give_slowly(context, size, STACK_START_HERE());
}

static void raw_release(void *context, void *block)
{
        const struct layer *layer = context;
        if (likely(thread_self.nest))
                layer->inner.release(layer->inner.context, block);
        else
                raw_release_slowly(context, block, STACK_START_HERE());
}

static void *raw_resize(void *context, void *block, size_t size)
{
        const struct layer *layer = context;
        if (likely(thread_self.nest))
                return layer->inner.resize(layer->inner.context, block, layer_size(layer, size));
        return raw_resize_slowly(context, block, size, STACK_START_HERE());
}

static void *mem_give(void *layer, size_t size) { return mem_give_slowly(layer, size, STACK_START_HERE()); }
static void *mem_resize(void *layer, void *block, size_t size)
{
        return mem_resize_slowly(layer, block, size, STACK_START_HERE());
}
static void mem_release(void *layer, void *block) { mem_release_slowly(layer, block, STACK_START_HERE()); }

static void *object_resize(void *layer, void *block, size_t size)
{
        return object_resize_slowly(layer, block, size, STACK_START_HERE());
}

static void *object_give(void *layer, size_t size)
{
        if ((!options.pyobject && size <= SMALL_OBJECT_BYTES) || sample_passes_after_all(&thread_self, size))
                return give_untracked(&thread_self, layer, size);
        return object_give_slowly(layer, size, STACK_START_HERE());
}

static void object_release(void *context, void *block)
{
        if (unlikely(block == NULL))
                return;
        if (!is_untracked(block)) {
                if (code_maybe((uintptr_t)block))
                        code_died((uintptr_t)block);
                if (!sample_unknown(&thread_self, block)) {
                        object_release_slowly(context, block, STACK_START_HERE());
                        return;
                }
        }
        pass_release(&thread_self, context, block);
}

static const struct python_allocator hooks[PYTHON_DOMAINS] = {
        [PYTHON_RAW] = {NULL, raw_give, raw_give_zeroed, raw_resize, raw_release},
        [PYTHON_MEM] = {NULL, own_mem_give, mem_give_zeroed, own_mem_resize, own_mem_release},
        [PYTHON_OBJECT] = {NULL, own_object_give, object_give_zeroed, own_object_resize, own_object_release},
};

/* Zeroed blocks are few. */
static const struct python_allocator sampled_hooks[PYTHON_DOMAINS] = {
        [PYTHON_RAW] = {NULL, raw_give, raw_give_zeroed, raw_resize, raw_release},
        [PYTHON_MEM] = {NULL, sampled_mem_give, mem_give_zeroed, sampled_mem_resize, sampled_mem_release},
        [PYTHON_OBJECT] = {NULL, sampled_object_give, object_give_zeroed, sampled_object_resize,
                           sampled_object_release},
};

static const struct python_allocator logged_hooks[PYTHON_DOMAINS] = {
        [PYTHON_RAW] = {NULL, raw_give, raw_give_zeroed, raw_resize, raw_release},
        [PYTHON_MEM] = {NULL, logged_mem_give, mem_give_zeroed, logged_mem_resize, logged_mem_release},
        [PYTHON_OBJECT] = {NULL, logged_object_give, object_give_zeroed, logged_object_resize, logged_object_release},
};

static void objects_settle(void)
{
        /* While objects have stacks, so have the interpreter's other blocks: the array of a list, say. */
        bool plain = !fail_active && !options.python_objects;
        own_settle(plain, plain && options.pyobject);
}

void pymem_stacks(bool on)
{
        options.python_objects = on;
        if (interpreter.here)
                objects_settle();
}

void pymem_look(void)
{
        struct thread *self = &thread_self;
        if (self->quiet || !record_begin(self))
                return;
        int error = errno;
        thread_quiet_begin(self);
        if (interpreter_look(lookup_symbol)) {
                python_begin();
                own_otherwise[PYTHON_MEM] = (struct python_allocator){NULL, mem_give, NULL, mem_resize, mem_release};
                own_otherwise[PYTHON_OBJECT] =
                        (struct python_allocator){NULL, object_give, NULL, object_resize, object_release};
                code_deaths_unseen = !options.pyobject || options.sample;
                objects_settle();
                record_frames_through(interpreter.layout ? frames_current : NULL);
                record_python_excuses = python_excuses;
        }
        if (interpreter.here && !interpreter.is_initialized()) {
                /* Objects that nobody wants recorded need no hook; but without pymalloc each would come to malloc's. */
                const char *allocator = options_environment("PYTHONMALLOC");
                bool pools = !allocator || strncmp(allocator, "malloc", 6) != 0;
                if (layer_install(options.sample        ? sampled_hooks
                                  : thread_self.logging ? logged_hooks
                                                        : hooks,
                                  options.pyobject || !pools ? PYTHON_DOMAINS : PYTHON_OBJECT))
                        record_others_below();
        }
        thread_quiet_end(self);
        errno = error;
}

void pymem_unloaded(void)
{
        if (interpreter.here && stack_module(interpreter.text_start))
                return;
        pydoor_forget();
        if (!interpreter.here)
                return;
        record_frames_through(NULL);
        record_python_excuses = NULL;
        own_settle(false, false);
        python_end();
}

__attribute__((constructor)) static void pymem_begin(void)
{
        if (next_begin())
                pymem_look();
}

/* The interpreter calls this right after it has set its allocators as its configuration says
 * (Python/preconfig.c, _PyPreConfig_Write). */
DOOR char *setlocale(int category, const char *locale)
{
        next_begin();
        char *result = next_setlocale(category, locale);
        pymem_look();
        return result;
}
