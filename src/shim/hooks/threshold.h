/* What lies behind a threshold
 *
 * With sampling nearly every call is to be passed on and nothing else, so the commonest doors have a threshold
 * (threshold.c): no frame, no look at the stack, a jump at its end. If there is more to do than to pass, it jumps to
 * the door proper, with the registers and the return address that it was called with itself, so that the door sees who
 * called.
 */
#ifndef UNFREED_SHIM_HOOKS_THRESHOLD_H
#define UNFREED_SHIM_HOOKS_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>

/* Where arena.plain_birth (for a release arena.plain_release) was there a moment ago; and where it was not. */
void *door_malloc(size_t size);
void door_free(void *block);
void *door_malloc_otherwise(size_t size);
void door_free_otherwise(void *block);

void *door_calloc(size_t n, size_t size);
void *door_realloc(void *block, size_t size);

void *door_new(size_t size);
void *door_new_array(size_t size);
void door_delete(void *block);
void door_delete_sized(void *block, size_t size);
void door_delete_array(void *block);
void door_delete_array_sized(void *block, size_t size);

/* Are the operators behind ours those of the C++ library, which are malloc and free? False until that is known. */
extern bool new_is_standard __attribute__((visibility("hidden")));

#endif
