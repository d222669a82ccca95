/* What lies behind a threshold
 *
 * The commonest doors have a threshold (threshold.c): no frame, no look at the stack, a jump at its end. It asks whether
 * the plain case (record/hot.h) is possible, or would be if there were no log (record/logged.h), and jumps to the door
 * for that or to the other one, with the registers and the return address that it was called with itself, so that the
 * door sees who called. With sampling, nearly every call is passed on to the allocator, and nothing else.
 */
#ifndef UNFREED_SHIM_HOOKS_THRESHOLD_H
#define UNFREED_SHIM_HOOKS_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>

/* Where all is plain; where it is but for the log; and otherwise. */
void *door_malloc(size_t size);
void *door_malloc_logged(size_t size);
void *door_malloc_otherwise(size_t size);
void *door_calloc(size_t n, size_t size);
void *door_calloc_otherwise(size_t n, size_t size); /* where there is a log, too */
void door_free(void *block);
void door_free_logged(void *block);
void door_free_otherwise(void *block);
void *door_new(size_t size);
void *door_new_logged(size_t size);
void *door_new_otherwise(size_t size);
void *door_new_array(size_t size);
void *door_new_array_logged(size_t size);
void *door_new_array_otherwise(size_t size);
void door_delete(void *block);
void door_delete_logged(void *block);
void door_delete_otherwise(void *block);
void door_delete_sized(void *block, size_t size);
void door_delete_sized_logged(void *block, size_t size);
void door_delete_sized_otherwise(void *block, size_t size);
void door_delete_array(void *block);
void door_delete_array_logged(void *block);
void door_delete_array_otherwise(void *block);
void door_delete_array_sized(void *block, size_t size);
void door_delete_array_sized_logged(void *block, size_t size);
void door_delete_array_sized_otherwise(void *block, size_t size);

/* A library opened with RTLD_DEEPBIND: is it another one, or does it find other things, as its opener is another? If not,
 * it is opened by us. */
bool dl_caller_matters(const char *file, const void *caller);
void *dl_open_deeply(const char *file, int mode);

/* In any case. */
void *door_realloc(void *block, size_t size);

/* Are the operators behind ours those of the C++ library, which are malloc and free? False until that is known. */
extern bool new_is_standard __attribute__((visibility("hidden")));

#endif
