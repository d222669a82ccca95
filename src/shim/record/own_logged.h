/* CPython's allocators in a process that is logged
 *
 * own.h's, for threads that have a lane of the log: what is plain but for that takes the same way, and is told to the
 * log on it.
 */
#ifndef UNFREED_SHIM_RECORD_OWN_LOGGED_H
#define UNFREED_SHIM_RECORD_OWN_LOGGED_H

#include <stddef.h>

/* The uppermost functions in the place of own.h's. What is not plain they leave to those of `own_otherwise`, likewise
 * by a jump. */
void *logged_mem_give(void *layer, size_t size);
void *logged_mem_resize(void *layer, void *block, size_t size);
void logged_mem_release(void *layer, void *block);
void *logged_object_give(void *layer, size_t size);
void *logged_object_resize(void *layer, void *block, size_t size);
void logged_object_release(void *layer, void *block);

#endif
