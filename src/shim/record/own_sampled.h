/* CPython's allocators where blocks are sampled: see own_sampled.c */
#ifndef UNFREED_SHIM_RECORD_OWN_SAMPLED_H
#define UNFREED_SHIM_RECORD_OWN_SAMPLED_H

#include <stddef.h>

/* The uppermost functions in the place of own.h's. What is not to be passed on they leave to those of `own_otherwise`,
 * likewise by a jump. */
void *sampled_mem_give(void *layer, size_t size);
void *sampled_mem_resize(void *layer, void *block, size_t size);
void sampled_mem_release(void *layer, void *block);
void *sampled_object_give(void *layer, size_t size);
void *sampled_object_resize(void *layer, void *block, size_t size);
void sampled_object_release(void *layer, void *block);

#endif
