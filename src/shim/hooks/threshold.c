/* The thresholds of the commonest doors: see threshold.h
 *
 * Compiled like record/ and unlike the other doors: calls at the end must be jumps. tests/wall/test-library sees that
 * they are.
 */
#include "shim/hooks/threshold.h"

#include "shim/hooks/door.h"
#include "shim/record/hot.h"
#include "shim/record/logged.h"
#include "shim/record/sample.h"

#include <dlfcn.h>
#include <stdlib.h>

static ALWAYS_INLINE bool birth_is_plain(const struct thread *self)
{
        return hot_is_plain(hot_level(self), arena.stamp_birth, self);
}

static ALWAYS_INLINE bool release_is_plain(const struct thread *self)
{
        return hot_is_plain(hot_level(self), arena.stamp_release, self);
}

/* Functions of their own, so that what they ask for is not loaded by those who are not like that. */
static __attribute__((noinline)) void *malloc_unusually(size_t size)
{
        if (logged_is_plain(&thread_self))
                return door_malloc_logged(size);
        return sample_passes_after_all(&thread_self, size) ? next_malloc(size) : door_malloc_otherwise(size);
}

static __attribute__((noinline)) void free_unusually(void *block)
{
        if (logged_is_plain(&thread_self))
                door_free_logged(block);
        else if (sample_unknown_after_all(&thread_self, block))
                next_free(block);
        else
                door_free_otherwise(block);
}

DOOR void *malloc(size_t size)
{
        struct thread *self = &thread_self;
        if (likely(birth_is_plain(self)))
                return door_malloc(size);
        if (sample_passes(self, size))
                return next_malloc(size);
        return malloc_unusually(size);
}

static __attribute__((noinline)) void *calloc_unusually(size_t n, size_t size)
{
        size_t bytes;
        bool passes = !__builtin_mul_overflow(n, size, &bytes) && sample_passes_after_all(&thread_self, bytes);
        return passes ? next_calloc(n, size) : door_calloc_otherwise(n, size);
}

DOOR void *calloc(size_t n, size_t size)
{
        struct thread *self = &thread_self;
        size_t bytes;
        if (likely(birth_is_plain(self)))
                return door_calloc(n, size);
        if (!__builtin_mul_overflow(n, size, &bytes) && sample_passes(self, bytes))
                return next_calloc(n, size);
        return calloc_unusually(n, size);
}

DOOR void *realloc(void *block, size_t size)
{
        struct thread *self = &thread_self;
        if (arena.sampled && block && sample_unknown(self, block) && sample_passes_after_all(self, size))
                return next_realloc(block, size);
        return door_realloc(block, size);
}

DOOR void free(void *block)
{
        struct thread *self = &thread_self;
        if (likely(release_is_plain(self)))
                door_free(block);
        else if (sample_stands_elsewhere(block))
                next_free(block);
        else
                free_unusually(block);
}

/* Whoever calls it opens the library, so this must end in a jump wherever that matters (dl.c). */
DOOR void *dlopen(const char *file, int mode)
{
        if (unlikely(mode & RTLD_DEEPBIND) && !dl_caller_matters(file, __builtin_return_address(0)))
                return dl_open_deeply(file, mode);
        return likely(next_begin()) ? next_dlopen(file, mode)
                                    : ((void *(*)(const char *, int))next_find("dlopen"))(file, mode);
}

/* [new.delete], as in new.c. What the allocator refuses goes to the door, which knows what C++ does then. */
#define NEW_THRESHOLD(name, door)                                                                                      \
        static __attribute__((noinline)) void *door##_passing(size_t size)                                             \
        {                                                                                                              \
                void *block = next_malloc(size);                                                                       \
                return block ? block : door##_otherwise(size);                                                         \
        }                                                                                                              \
        static __attribute__((noinline)) void *door##_unusually(size_t size)                                           \
        {                                                                                                              \
                struct thread *self = &thread_self;                                                                    \
                if (new_is_standard && logged_is_plain(self))                                                          \
                        return door##_logged(size);                                                                    \
                bool passes = new_is_standard && sample_passes_after_all(self, size);                                  \
                return passes ? door##_passing(size) : door##_otherwise(size);                                         \
        }                                                                                                              \
        DOOR void *name(size_t size);                                                                                  \
        DOOR void *name(size_t size)                                                                                   \
        {                                                                                                              \
                struct thread *self = &thread_self;                                                                    \
                if (likely(new_is_standard)) {                                                                         \
                        if (likely(birth_is_plain(self)))                                                              \
                                return door(size);                                                                     \
                        if (sample_passes(self, size))                                                                 \
                                return door##_passing(size);                                                           \
                }                                                                                                      \
                return door##_unusually(size);                                                                         \
        }
NEW_THRESHOLD(_Znwm, door_new)
NEW_THRESHOLD(_Znam, door_new_array)

#define DELETE_THRESHOLD(name, parameters, door, arguments)                                                            \
        static __attribute__((noinline)) void door##_unusually parameters                                              \
        {                                                                                                              \
                if (logged_is_plain(&thread_self))                                                                     \
                        door##_logged arguments;                                                                       \
                else if (sample_unknown_after_all(&thread_self, block))                                                \
                        next_free(block);                                                                              \
                else                                                                                                   \
                        door##_otherwise arguments;                                                                    \
        }                                                                                                              \
        DOOR void name parameters;                                                                                     \
        DOOR void name parameters                                                                                      \
        {                                                                                                              \
                struct thread *self = &thread_self;                                                                    \
                if (unlikely(!new_is_standard))                                                                        \
                        door##_otherwise arguments;                                                                    \
                else if (likely(release_is_plain(self)))                                                               \
                        door arguments;                                                                                \
                else if (sample_stands_elsewhere(block))                                                               \
                        next_free(block);                                                                              \
                else                                                                                                   \
                        door##_unusually arguments;                                                                    \
        }
DELETE_THRESHOLD(_ZdlPv, (void *block), door_delete, (block))
DELETE_THRESHOLD(_ZdlPvm, (void *block, size_t size), door_delete_sized, (block, size))
DELETE_THRESHOLD(_ZdaPv, (void *block), door_delete_array, (block))
DELETE_THRESHOLD(_ZdaPvm, (void *block, size_t size), door_delete_array_sized, (block, size))
