/* The thresholds of the commonest doors: see threshold.h
 *
 * Where nothing is sampled (arena.plain_birth is there then), a threshold is one test. Compiled like record/ and unlike
 * the other doors: calls at the end must be jumps. tests/wall/test-library sees that they are.
 */
#include "shim/hooks/threshold.h"

#include "shim/hooks/door.h"
#include "shim/record/hot.h"
#include "shim/record/sample.h"

#include <stdlib.h>

static ALWAYS_INLINE bool birth_passes(size_t size)
{
        return unlikely(arena.plain_birth == NULL) && sample_passes(&thread_self, size);
}

static ALWAYS_INLINE bool release_passes(const void *block)
{
        return unlikely(arena.plain_release == NULL) && sample_unknown(&thread_self, block);
}

DOOR void *malloc(size_t size)
{
        if (likely(arena.plain_birth != NULL))
                return door_malloc(size);
        return sample_passes(&thread_self, size) ? next_malloc(size) : door_malloc_otherwise(size);
}

DOOR void *calloc(size_t n, size_t size)
{
        size_t bytes;
        if (!__builtin_mul_overflow(n, size, &bytes) && birth_passes(bytes))
                return next_calloc(n, size);
        return door_calloc(n, size);
}

DOOR void *realloc(void *block, size_t size)
{
        if (block && release_passes(block) && birth_passes(size))
                return next_realloc(block, size);
        return door_realloc(block, size);
}

DOOR void free(void *block)
{
        if (likely(arena.plain_release != NULL))
                door_free(block);
        else if (sample_unknown(&thread_self, block))
                next_free(block);
        else
                door_free_otherwise(block);
}

/* [new.delete], as in new.c. What the allocator refuses goes to the door, which knows what C++ does then. */
#define NEW_THRESHOLD(name, door)                                                                                      \
        DOOR void *name(size_t size);                                                                                  \
        DOOR void *name(size_t size)                                                                                   \
        {                                                                                                              \
                if (new_is_standard && birth_passes(size)) {                                                           \
                        void *block = next_malloc(size);                                                               \
                        if (likely(block != NULL))                                                                     \
                                return block;                                                                          \
                }                                                                                                      \
                return door(size);                                                                                     \
        }
NEW_THRESHOLD(_Znwm, door_new)
NEW_THRESHOLD(_Znam, door_new_array)

#define DELETE_THRESHOLD(name, parameters, call)                                                                       \
        DOOR void name parameters;                                                                                     \
        DOOR void name parameters                                                                                      \
        {                                                                                                              \
                if (new_is_standard && release_passes(block))                                                          \
                        next_free(block);                                                                              \
                else                                                                                                   \
                        call;                                                                                          \
        }
DELETE_THRESHOLD(_ZdlPv, (void *block), door_delete(block))
DELETE_THRESHOLD(_ZdlPvm, (void *block, size_t size), door_delete_sized(block, size))
DELETE_THRESHOLD(_ZdaPv, (void *block), door_delete_array(block))
DELETE_THRESHOLD(_ZdaPvm, (void *block, size_t size), door_delete_array_sized(block, size))
