/* What an interpreter does for itself, straight
 *
 * CPython makes and drops objects by the ten million a second, and every instruction here is felt by every program in
 * Python. What is wanted of such a block is its slot and the counts: its stack is one node for all objects, one frame
 * for other blocks (python/site.h). So, as in hot.h, the plain case has a few dozen instructions of its own, and
 * whatever is not plain goes another way: nothing is done here that is not done there.
 *
 * Plain is: the allocator is glibc's, no objects with stacks, no requests that are made to fail, no sampling, no log
 * (for that see own_logged.h), the caller is the interpreter, nobody lies over our layer, the block is small, and where
 * its slot is is known.
 */
#ifndef UNFREED_SHIM_RECORD_OWN_H
#define UNFREED_SHIM_RECORD_OWN_H

#include "shim/python/layer.h"

#include <stdbool.h>

/* The uppermost functions of CPython's domains. What is not plain they leave to those of `own_otherwise`, by a jump and
 * with the registers that they were called with, so that these still see who called. To be set before the first call.
 */
extern struct python_allocator own_otherwise[PYTHON_DOMAINS];
void *own_mem_give(void *layer, size_t size);
void *own_mem_resize(void *layer, void *block, size_t size);
void own_mem_release(void *layer, void *block);
void *own_object_give(void *layer, size_t size);
void *own_object_resize(void *layer, void *block, size_t size);
void own_object_release(void *layer, void *block);

/* Say whether the plain case is possible: at all, and for objects. Once an arena is there; the child of a fork asks for
 * the same again by own_fork_child(). */
void own_settle(bool is_plain, bool objects_are_plain);
void own_fork_child(void);

#endif
