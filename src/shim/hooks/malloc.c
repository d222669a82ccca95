/* The doors of C: malloc and its family
 *
 * Every function by which a C program gets or gives back memory: the glibc manual's "Replacing malloc" list, POSIX, and
 * C23's sized releases (which glibc 2.36 does not have: then they are free()). The commonest four have a threshold
 * before them (threshold.h).
 */
#include "shim/hooks/door.h"
#include "shim/hooks/threshold.h"
#include "shim/python/layer.h"
#include "shim/record/hot.h"
#include "shim/record/logged.h"
#include "shim/record/sample.h"
#include "shim/self/options.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the doors below share: record a block just given. */
static inline void *born(void *block, size_t size, enum wire_entry entry, size_t alignment,
                         const struct stack_start *start)
{
        struct thread *self = &thread_self;
        if (unlikely(block == NULL))
                return NULL;
        if (likely(record_wanted(self)) && !record_goes_past_us(entry))
                record_birth(self, block, size, entry, log2_exact(alignment), start);
        else
                record_unseen(self, block, size);
        return block;
}

static __attribute__((noinline)) void *born_slowly(void *block, size_t size, enum wire_entry entry,
                                                   const struct stack_start *start)
{
        struct thread *self = &thread_self;
        if (logged_is_plain(self) && logged_birth(self, block, size, entry, start))
                return block;
        return born(block, size, entry, 0, start);
}

/* What began plainly and is not that near by. */
static __attribute__((noinline)) void *born_further(void *block, size_t size, enum wire_entry entry,
                                                    HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done = hot_birth(self, hot_level(self), block, size, entry, &start, CAPTURE_FURTHER);
        if (unlikely(!done.done))
                return born(block, size, entry, 0, &start);
        if (unlikely(done.flush_due))
                hot_flush(self->count);
        return block;
}

/* As born_further(): the start in registers until here. */
static __attribute__((noinline)) void *born_logged(void *block, size_t size, enum wire_entry entry,
                                                   HOT_START_PARAMETERS)
{
        return born_slowly(block, size, entry, &HOT_START);
}

void *door_malloc_otherwise(size_t size)
{
        struct thread *self = &thread_self;
        if (record_is_nested(self) && likely(!fail_active)) {
                void *backing = next_malloc(size);
                record_backing(backing);
                return backing;
        }
        struct stack_start start = STACK_START_HERE();
        if (unlikely(!next_begin()))
                return door_early(size, 0);
        if (unlikely(door_fails(WIRE_ENTRY_MALLOC, size)))
                return NULL;
        return born(door_malloc_memory(&thread_self, size), size, WIRE_ENTRY_MALLOC, 0, &start);
}

void *door_malloc(size_t size)
{
        void *block = next_malloc(size);
        /* All of this only now, so that it need not be kept over the call. */
        struct thread *self = &thread_self;
        struct stack_start start = STACK_START_HERE();
        struct hot_done done = hot_birth(self, hot_level(self), block, size, WIRE_ENTRY_MALLOC, &start, CAPTURE_NEAR);
        if (unlikely(!done.done))
                return born_further(block, size, WIRE_ENTRY_MALLOC, HOT_START_HERE());
        return unlikely(done.flush_due) ? hot_flush_and_give(block) : block;
}

void *door_malloc_logged(size_t size)
{
        void *block = next_malloc(size);
        struct thread *self = &thread_self;
        struct stack_start start = STACK_START_HERE();
        struct logged_done done = logged_birth_near(self, block, size, WIRE_ENTRY_MALLOC, &start);
        if (unlikely(!done.hot.done))
                return born_logged(block, size, WIRE_ENTRY_MALLOC, HOT_START_HERE());
        if (unlikely(!done.told))
                return logged_tell_birth(block, size, done.hot.stack, done.hot.flush_due);
        return unlikely(done.hot.flush_due) ? hot_flush_and_give(block) : block;
}

void *door_calloc_otherwise(size_t n, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        size_t bytes;
        bool overflow = __builtin_mul_overflow(n, size, &bytes);
        if (unlikely(!next_begin()))
                return overflow ? NULL : door_early(bytes, 0); /* early memory is never reused, hence zero */
        if (unlikely(door_fails(WIRE_ENTRY_CALLOC, bytes)))
                return NULL;
        return born_slowly(door_calloc_memory(&thread_self, n, size), bytes, WIRE_ENTRY_CALLOC, &start);
}

void *door_calloc(size_t n, size_t size)
{
        size_t bytes = n * size; /* nonsense where there is no block */
        void *block = next_calloc(n, size);
        struct thread *self = &thread_self;
        struct stack_start start = STACK_START_HERE();
        struct hot_done done = hot_birth(self, hot_level(self), block, bytes, WIRE_ENTRY_CALLOC, &start, CAPTURE_NEAR);
        if (unlikely(!done.done))
                return born_further(block, bytes, WIRE_ENTRY_CALLOC, HOT_START_HERE());
        return unlikely(done.flush_due) ? hot_flush_and_give(block) : block;
}

/* What began plainly and is not that near by. */
static __attribute__((noinline)) void free_further(void *block, HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done = hot_release(self, hot_level(self), block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, &start,
                                           CAPTURE_FURTHER);
        if (likely(done.done))
                hot_released(self, &done);
        else
                door_release(block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &start, next_free);
}

void door_free_otherwise(void *block)
{
        struct thread *self = &thread_self;
        if (record_is_nested(self) && record_is_gone(block)) {
                next_free(block);
                return;
        }
        struct stack_start start = STACK_START_HERE();
        struct hot_done done;
        if (hot_release_unasked(self, block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, &start, &done))
                hot_released(self, &done);
        else
                door_release(block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &start, next_free);
}

void door_free(void *block)
{
        struct thread *self = &thread_self;
        struct stack_start start = STACK_START_HERE();
        struct hot_done done = hot_release(self, hot_level(self), block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, &start,
                                           CAPTURE_NEAR);
        if (likely(done.done))
                hot_leave(&done);
        else if (block) /* many are not */
                free_further(block, HOT_START_HERE());
}

static __attribute__((noinline)) void free_logged_further(void *block, HOT_START_PARAMETERS)
{
        struct thread *self = &thread_self;
        struct stack_start start = HOT_START;
        struct hot_done done;
        if (logged_release(self, block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, &start, &done))
                hot_released(self, &done);
        else
                door_release(block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &start, next_free);
}

void door_free_logged(void *block)
{
        struct thread *self = &thread_self;
        struct stack_start start = STACK_START_HERE();
        struct logged_done done = logged_release_near(self, block, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, &start);
        if (unlikely(!done.hot.done))
                free_logged_further(block, HOT_START_HERE());
        else if (unlikely(!done.told))
                logged_tell_release(block, done.hot.out, done.hot.stack, done.hot.flush_due);
        else
                hot_leave(&done.hot);
}

/* Gone from the headers, not from old programs (cfree), or not there yet (C23). */
DOOR void cfree(void *block);
DOOR void free_sized(void *block, size_t size);
DOOR void free_aligned_sized(void *block, size_t alignment, size_t size);

DOOR void cfree(void *block)
{
        struct stack_start start = STACK_START_HERE();
        door_release(block, WIRE_ENTRY_CFREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &start, next_free);
}

DOOR void free_sized(void *block, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        door_release(block, WIRE_ENTRY_FREE_SIZED, size, RECORD_NOT_GIVEN, &start, next_free);
}

DOOR void free_aligned_sized(void *block, size_t alignment, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        door_release(block, WIRE_ENTRY_FREE_ALIGNED_SIZED, size, alignment, &start, next_free);
}

/* A block of the early pool grows into the real heap and stays where it was: nothing of that pool is reused. */
static void *resize_early(void *block, size_t size)
{
        size_t old_size = early_size(block);
        void *grown = next_begin() ? malloc(size) : door_early(size, 0);
        if (grown)
                memcpy(grown, block, old_size < size ? old_size : size);
        return grown;
}

/* The old pointer was no block: the program gets a fresh, zeroed one, so that it can go on. */
static void *resize_fresh(size_t size, enum wire_entry entry, const struct stack_start *start)
{
        return size ? born(next_calloc(1, size), size, entry, 0, start) : NULL;
}

static void *resize(void *block, size_t size, enum wire_entry entry, const struct stack_start *start)
{
        if (unlikely(early_own(block)))
                return resize_early(block, size);
        if (unlikely(!next_begin()))
                return block ? NULL : door_early(size, 0);
        if (unlikely(door_fails(entry, size)))
                return NULL;
        struct thread *self = &thread_self;
        if (block == NULL)
                return born(door_malloc_memory(self, size), size, entry, 0, start);
        if (unlikely(!record_wanted(self) || record_goes_past_us(entry))) {
                record_unseen_release(self, block);
                void *result = next_realloc(block, size);
                if (result)
                        record_unseen(self, result, size);
                return result;
        }
        if (sample_unknown(self, block)) {
                void *moved = door_place_resized(self, next_realloc(block, size), size);
                return moved ? born(moved, size, entry, 0, start) : NULL;
        }
        /* glibc's realloc(p, 0) is free(p) (malloc/malloc.c, __libc_realloc): so what is released is held back, too. */
        if (size == 0 && arena.granule_shift == HOT_GRANULE_SHIFT) {
                door_release(block, entry, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, start, next_free);
                return NULL;
        }
        struct record_resize change;
        enum wire_family owner;
        enum record_act act = record_resize_begin(self, block, entry, start, &change, &owner);
        if (act == RECORD_SWALLOW)
                return resize_fresh(size, entry, start);
        void *result;
        if (likely(act == RECORD_PASS) || !python_resize(block, size, owner, &result))
                result = door_place_resized(self, next_realloc(block, size), size);
        record_resize_end(self, &change, result, size, entry, start);
        return result;
}

void *door_realloc(void *block, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        return resize(block, size, WIRE_ENTRY_REALLOC, &start);
}

DOOR void *reallocarray(void *block, size_t n, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        size_t bytes;
        if (__builtin_mul_overflow(n, size, &bytes)) {
                errno = ENOMEM;
                return NULL;
        }
        return resize(block, bytes, WIRE_ENTRY_REALLOCARRAY, &start);
}

DOOR void *memalign(size_t alignment, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        if (unlikely(!next_begin()))
                return door_early(size, alignment);
        if (unlikely(door_fails(WIRE_ENTRY_MEMALIGN, size)))
                return NULL;
        void *placed = door_place_aligned(&thread_self, alignment, size);
        return born(placed ? placed : next_memalign(alignment, size), size, WIRE_ENTRY_MEMALIGN, alignment, &start);
}

DOOR void *aligned_alloc(size_t alignment, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        if (unlikely(!next_begin()))
                return door_early(size, alignment);
        if (unlikely(door_fails(WIRE_ENTRY_ALIGNED_ALLOC, size)))
                return NULL;
        void *placed = door_place_aligned(&thread_self, alignment, size);
        void *block = placed ? placed : next_aligned_alloc(alignment, size);
        return born(block, size, WIRE_ENTRY_ALIGNED_ALLOC, alignment, &start);
}

DOOR int posix_memalign(void **ret_block, size_t alignment, size_t size)
{
        struct stack_start start = STACK_START_HERE();
        if (unlikely(!next_begin())) {
                *ret_block = early_take(size, alignment);
                sample_early();
                return *ret_block ? 0 : ENOMEM;
        }
        int saved = errno;
        if (unlikely(door_fails(WIRE_ENTRY_POSIX_MEMALIGN, size))) {
                errno = saved; /* posix_memalign(3): errno is not set */
                return ENOMEM;
        }
        void *placed = door_place_aligned(&thread_self, alignment, size);
        int result = placed ? 0 : next_posix_memalign(ret_block, alignment, size);
        if (placed)
                *ret_block = placed;
        if (result == 0)
                born(*ret_block, size, WIRE_ENTRY_POSIX_MEMALIGN, alignment, &start);
        return result;
}

DOOR void *valloc(size_t size)
{
        struct stack_start start = STACK_START_HERE();
        size_t page = (size_t)getpagesize();
        if (unlikely(!next_begin()))
                return door_early(size, page);
        if (unlikely(door_fails(WIRE_ENTRY_VALLOC, size)))
                return NULL;
        return born(next_valloc(size), size, WIRE_ENTRY_VALLOC, page, &start);
}

DOOR void *pvalloc(size_t size)
{
        struct stack_start start = STACK_START_HERE();
        size_t page = (size_t)getpagesize();
        if (unlikely(!next_begin()))
                return door_early(align_up(size, page), page);
        if (unlikely(door_fails(WIRE_ENTRY_PVALLOC, size)))
                return NULL;
        return born(next_pvalloc(size), size, WIRE_ENTRY_PVALLOC, page, &start);
}

DOOR size_t malloc_usable_size(void *block)
{
        if (unlikely(early_own(block)))
                return early_size(block);
        return block && next_begin() ? next_malloc_usable_size(block) : 0;
}
