/* The doors of C++: operator new and delete, all replaceable forms
 *
 * [new.delete] of the C++ standard: 8 forms of new, 12 of delete; names as the Itanium C++ ABI mangles them for LP64.
 * Each family keeps its name (new, new[]) while the memory comes from next_malloc directly: that is what libstdc++ and
 * libc++ do (libsupc++/new_op.cc), without a second trip through our malloc. Only where the operators behind ours are
 * neither's (a program's or an allocator's own shared library) do we call those.
 *
 * A request that cannot be met must call the new-handler and throw. C cannot throw, so we leave by a tail into the
 * operator behind with a size that it must refuse.
 */
#include "shim/hooks/door.h"
#include "shim/hooks/threshold.h"
#include "shim/record/hot.h"
#include "shim/record/logged.h"
#include "shim/record/sample.h"
#include "shim/self/glibc.h"
#include "shim/self/options.h"

#include <dlfcn.h>
#include <string.h>

typedef void *new_function(size_t size);
typedef void *new_nothrow_function(size_t size, const void *tag);
typedef void delete_function(void *block);
typedef void handler_function(void);

/* What lies behind our operators. `standard`: the C++ library's own, which is malloc. */
struct behind {
        new_function *new_one, *new_array;
        new_nothrow_function *new_nothrow, *new_array_nothrow; /* the others throw */
        delete_function *delete_one, *delete_array;
        handler_function *(*get_handler)(void);
        bool standard;
};

static void *symbol_behind(const char *name)
{
        void *symbol = dlsym(RTLD_NEXT, name);
        if (symbol)
                return symbol;
        /* The C++ library may be in no global scope: a plugin's dependency, opened with RTLD_LOCAL. */
        void *library = next_dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
        symbol = library ? dlsym(library, name) : NULL;
        if (library)
                next_dlclose(library);
        return symbol;
}

static bool is_standard(void *function)
{
        Dl_info info;
        if (function == NULL || !dladdr(function, &info))
                return function == NULL;
        const char *slash = strrchr(info.dli_fname, '/');
        const char *name = slash ? slash + 1 : info.dli_fname;
        return !strncmp(name, "libstdc++", 9) || !strncmp(name, "libc++", 6);
}

bool new_is_standard; /* known to be so */

/* Found again at each call until the C++ library is there; then remembered. */
static const struct behind *behind_find(void)
{
        static struct behind found;
        static int is_found;
        if (__atomic_load_n(&is_found, __ATOMIC_ACQUIRE))
                return &found;
        thread_quiet_begin(&thread_self);
        struct behind now = {
                .new_one = (new_function *)symbol_behind("_Znwm"),
                .new_array = (new_function *)symbol_behind("_Znam"),
                .new_nothrow = (new_nothrow_function *)symbol_behind("_ZnwmRKSt9nothrow_t"),
                .new_array_nothrow = (new_nothrow_function *)symbol_behind("_ZnamRKSt9nothrow_t"),
                .delete_one = (delete_function *)symbol_behind("_ZdlPv"),
                .delete_array = (delete_function *)symbol_behind("_ZdaPv"),
                .get_handler = (handler_function * (*)(void)) symbol_behind("_ZSt15get_new_handlerv"),
        };
        thread_quiet_end(&thread_self);
        now.standard = is_standard((void *)now.new_one) && is_standard((void *)now.delete_one);
        found = now;
        if (now.new_one)
                __atomic_store_n(&is_found, 1, __ATOMIC_RELEASE);
        new_is_standard = now.new_one && now.standard;
        return &found;
}

delete_function *new_behind_delete(enum wire_family family)
{
        if (new_is_standard || (family != WIRE_FAMILY_NEW && family != WIRE_FAMILY_NEW_ARRAY))
                return NULL;
        const struct behind *behind = behind_find();
        if (behind->standard)
                return NULL;
        return family == WIRE_FAMILY_NEW ? behind->delete_one : behind->delete_array;
}

static void *memory_once(size_t size, size_t alignment, enum wire_entry entry, const struct behind *behind)
{
        if (door_fails(entry, size))
                return NULL;
        if (alignment) {
                void *placed = door_place_aligned(&thread_self, alignment, size);
                /* aligned_alloc wants a multiple, memalign does not (libsupc++/new_opa.cc rounds up instead). */
                return placed ? placed : next_memalign(alignment, size ? size : 1);
        }
        if (likely(behind->standard))
                return door_malloc_memory(&thread_self, size ? size : 1);
        static const char tag; /* std::nothrow: a class with nothing in it */
        bool array = wire_entry_family(entry) == WIRE_FAMILY_NEW_ARRAY;
        new_nothrow_function *nothrow = entry == WIRE_ENTRY_NEW_NOTHROW         ? behind->new_nothrow
                                        : entry == WIRE_ENTRY_NEW_ARRAY_NOTHROW ? behind->new_array_nothrow
                                                                                : NULL;
        if (nothrow)
                return nothrow(size, &tag);
        return (array ? behind->new_array : behind->new_one)(size);
}

/* The block, or NULL when there is none and no handler that might free something. The handler may throw or longjmp:
 * nothing of ours is open here. */
static void *memory_try(size_t size, size_t alignment, enum wire_entry entry, const struct behind *behind)
{
        for (;;) {
                void *block = memory_once(size, alignment, entry, behind);
                if (likely(block != NULL))
                        return block;
                handler_function *handler = behind->get_handler ? behind->get_handler() : NULL;
                if (handler == NULL)
                        return NULL;
                handler();
        }
}

/* What the plain way began and could not record. */
static __attribute__((noinline)) void *new_recorded(void *block, size_t size, enum wire_entry entry,
                                                    const struct stack_start *start)
{
        record_birth(&thread_self, block, size, entry, 0, start);
        return block;
}

/* What is plain and not that near by. */
static __attribute__((noinline)) void *new_further(void *block, size_t size, enum wire_entry entry,
                                                   HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done = hot_birth(self, hot_level(self), block, size, entry, &start, CAPTURE_FURTHER);
        if (unlikely(!done.done))
                return new_recorded(block, size, entry, &start);
        if (unlikely(done.flush_due))
                hot_flush(self->count);
        return block;
}

static __attribute__((noinline)) void *new_logged_further(void *block, size_t size, enum wire_entry entry,
                                                          HOT_START_PARAMETERS)
{
        struct stack_start start = HOT_START;
        if (logged_birth(&thread_self, block, size, entry, &start))
                return block;
        return new_recorded(block, size, entry, &start);
}

static void *new_block(size_t size, size_t alignment, enum wire_entry entry, const struct stack_start *start)
{
        struct thread *self = &thread_self;
        if (unlikely(!next_begin()))
                return door_early(size, alignment);
        const struct behind *behind = behind_find();
        void *block = memory_try(size, alignment, entry, behind);
        if (unlikely(block == NULL))
                return NULL;
        if (unlikely(!record_wanted(self))) {
                record_unseen(self, block, size);
                return block;
        }
        if (unlikely(!behind->standard))
                record_unborn(self, block);
        record_birth(self, block, size, entry, log2_exact(alignment), start);
        return block;
}

static void delete_block(void *block, enum wire_entry entry, size_t size, size_t alignment,
                         const struct stack_start *start)
{
        struct thread *self = &thread_self;
        struct hot_done done;
        if (new_is_standard && alignment == RECORD_NOT_GIVEN &&
            hot_release_unasked(self, block, entry, size, start, &done)) {
                hot_released(self, &done);
                return;
        }
        const struct behind *behind = behind_find();
        if (likely(behind->standard) || alignment != RECORD_NOT_GIVEN) {
                door_release(block, entry, size, alignment, start, next_free);
                return;
        }
        bool array = wire_entry_family(entry) == WIRE_FAMILY_NEW_ARRAY;
        door_release(block, entry, size, alignment, start, array ? behind->delete_array : behind->delete_one);
}

/* The operator behind throws std::bad_alloc: no allocator has this much. */
#define THROW_BAD_ALLOC() (behind_find()->new_one ? behind_find()->new_one(PTRDIFF_MAX) : NULL)

/* What lies behind the threshold of the plain form; `otherwise` where there is no memory, too. */
#define NEW_DOORS(plain, nothrow, aligned, aligned_nothrow, id)                                                        \
        void *plain##_otherwise(size_t size)                                                                           \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                void *block = new_block(size, 0, WIRE_ENTRY_##id, &start);                                             \
                return likely(block != NULL) ? block : THROW_BAD_ALLOC();                                              \
        }                                                                                                              \
        void *plain(size_t size)                                                                                       \
        {                                                                                                              \
                void *block = next_malloc(size ? size : 1);                                                            \
                struct thread *self = &thread_self;                                                                    \
                struct stack_start start = STACK_START_HERE();                                                         \
                struct hot_done done =                                                                                 \
                        hot_birth(self, hot_level(self), block, size, WIRE_ENTRY_##id, &start, CAPTURE_NEAR);          \
                if (likely(done.done))                                                                                 \
                        return unlikely(done.flush_due) ? hot_flush_and_give(block) : block;                           \
                if (likely(block != NULL))                                                                             \
                        return new_further(block, size, WIRE_ENTRY_##id, HOT_START_HERE());                            \
                struct stack_start again = STACK_START_HERE(); /* so that `start` stays in registers */                \
                block = new_block(size, 0, WIRE_ENTRY_##id, &again);                                                   \
                return likely(block != NULL) ? block : THROW_BAD_ALLOC();                                              \
        }                                                                                                              \
        void *plain##_logged(size_t size)                                                                              \
        {                                                                                                              \
                void *block = next_malloc(size ? size : 1);                                                            \
                struct thread *self = &thread_self;                                                                    \
                struct stack_start start = STACK_START_HERE();                                                         \
                struct logged_done done = logged_birth_near(self, block, size, WIRE_ENTRY_##id, &start);               \
                if (likely(done.told))                                                                                 \
                        return unlikely(done.hot.flush_due) ? hot_flush_and_give(block) : block;                       \
                if (done.hot.done)                                                                                     \
                        return logged_tell_birth(block, size, done.hot.stack, done.hot.flush_due);                     \
                if (likely(block != NULL))                                                                             \
                        return new_logged_further(block, size, WIRE_ENTRY_##id, HOT_START_HERE());                     \
                struct stack_start again = STACK_START_HERE();                                                         \
                block = new_block(size, 0, WIRE_ENTRY_##id, &again);                                                   \
                return likely(block != NULL) ? block : THROW_BAD_ALLOC();                                              \
        }                                                                                                              \
        DOOR void *nothrow(size_t size, const void *tag);                                                              \
        DOOR void *nothrow(size_t size, const void *tag)                                                               \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                return new_block(size, 0, WIRE_ENTRY_##id##_NOTHROW, &start);                                          \
        }                                                                                                              \
        DOOR void *aligned(size_t size, size_t alignment);                                                             \
        DOOR void *aligned(size_t size, size_t alignment)                                                              \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                void *block = new_block(size, alignment, WIRE_ENTRY_##id##_ALIGNED, &start);                           \
                return likely(block != NULL) ? block : THROW_BAD_ALLOC();                                              \
        }                                                                                                              \
        DOOR void *aligned_nothrow(size_t size, size_t alignment, const void *tag);                                    \
        DOOR void *aligned_nothrow(size_t size, size_t alignment, const void *tag)                                     \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                return new_block(size, alignment, WIRE_ENTRY_##id##_ALIGNED_NOTHROW, &start);                          \
        }

NEW_DOORS(door_new, _ZnwmRKSt9nothrow_t, _ZnwmSt11align_val_t, _ZnwmSt11align_val_tRKSt9nothrow_t, NEW)
NEW_DOORS(door_new_array, _ZnamRKSt9nothrow_t, _ZnamSt11align_val_t, _ZnamSt11align_val_tRKSt9nothrow_t, NEW_ARRAY)

/* What began plainly and is not that near by. `size` may be RECORD_NOT_GIVEN. */
static __attribute__((noinline)) void delete_further(void *block, enum wire_entry entry, size_t size,
                                                     HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done = hot_release(self, hot_level(self), block, entry, size, &start, CAPTURE_FURTHER);
        if (likely(done.done))
                hot_released(self, &done);
        else
                delete_block(block, entry, size, RECORD_NOT_GIVEN, &start);
}

static __attribute__((noinline)) void delete_logged_further(void *block, enum wire_entry entry, size_t size,
                                                            HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done;
        if (logged_release(self, block, entry, size, &start, &done))
                hot_released(self, &done);
        else
                delete_block(block, entry, size, RECORD_NOT_GIVEN, &start);
}

/* Parameters after the block, entry point, size given, alignment given. */
#define DELETE_DOOR(name, parameters, id, size_given, align_given)                                                     \
        DOOR void name parameters;                                                                                     \
        DOOR void name parameters                                                                                      \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                delete_block(block, WIRE_ENTRY_##id, size_given, align_given, &start);                                 \
        }

/* The commonest forms, behind a threshold. */
#define DELETE_DOORS(name, parameters, id, size_given)                                                                 \
        void name##_otherwise parameters                                                                               \
        {                                                                                                              \
                struct stack_start start = STACK_START_HERE();                                                         \
                delete_block(block, WIRE_ENTRY_##id, size_given, RECORD_NOT_GIVEN, &start);                            \
        }                                                                                                              \
        void name parameters                                                                                           \
        {                                                                                                              \
                struct thread *self = &thread_self;                                                                    \
                struct stack_start start = STACK_START_HERE();                                                         \
                struct hot_done done =                                                                                 \
                        hot_release(self, hot_level(self), block, WIRE_ENTRY_##id, size_given, &start, CAPTURE_NEAR);  \
                if (likely(done.done))                                                                                 \
                        hot_leave(&done);                                                                              \
                else if (block)                                                                                        \
                        delete_further(block, WIRE_ENTRY_##id, size_given, HOT_START_HERE());                          \
        }                                                                                                              \
        void name##_logged parameters                                                                                  \
        {                                                                                                              \
                struct thread *self = &thread_self;                                                                    \
                struct stack_start start = STACK_START_HERE();                                                         \
                struct logged_done done = logged_release_near(self, block, WIRE_ENTRY_##id, size_given, &start);       \
                if (unlikely(!done.hot.done))                                                                          \
                        delete_logged_further(block, WIRE_ENTRY_##id, size_given, HOT_START_HERE());                   \
                else if (unlikely(!done.told))                                                                         \
                        logged_tell_release(block, done.hot.out, done.hot.stack, done.hot.flush_due);                  \
                else                                                                                                   \
                        hot_leave(&done.hot);                                                                          \
        }

#define NONE RECORD_NOT_GIVEN
DELETE_DOORS(door_delete, (void *block), DELETE, NONE)
DELETE_DOOR(_ZdlPvRKSt9nothrow_t, (void *block, const void *tag), DELETE_NOTHROW, NONE, NONE)
DELETE_DOORS(door_delete_sized, (void *block, size_t size), DELETE_SIZED, size)
DELETE_DOOR(_ZdlPvSt11align_val_t, (void *block, size_t align), DELETE_ALIGNED, NONE, align)
DELETE_DOOR(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t align, const void *tag), DELETE_ALIGNED_NOTHROW,
            NONE, align)
DELETE_DOOR(_ZdlPvmSt11align_val_t, (void *block, size_t size, size_t align), DELETE_SIZED_ALIGNED, size, align)
DELETE_DOORS(door_delete_array, (void *block), DELETE_ARRAY, NONE)
DELETE_DOOR(_ZdaPvRKSt9nothrow_t, (void *block, const void *tag), DELETE_ARRAY_NOTHROW, NONE, NONE)
DELETE_DOORS(door_delete_array_sized, (void *block, size_t size), DELETE_ARRAY_SIZED, size)
DELETE_DOOR(_ZdaPvSt11align_val_t, (void *block, size_t align), DELETE_ARRAY_ALIGNED, NONE, align)
DELETE_DOOR(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t align, const void *tag),
            DELETE_ARRAY_ALIGNED_NOTHROW, NONE, align)
DELETE_DOOR(_ZdaPvmSt11align_val_t, (void *block, size_t size, size_t align), DELETE_ARRAY_SIZED_ALIGNED, size, align)
