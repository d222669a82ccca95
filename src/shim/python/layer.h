/* Our layer over CPython's allocators (PEP 445)
 *
 * CPython asks for memory in three domains, each served by a replaceable set of functions. We lay ours over what is
 * there, once at our constructor, and again whenever the interpreter, while it is being initialised, has put others in
 * their place (PYTHONMALLOC, -X dev, an embedder's configuration, a second initialisation). Each layer keeps what it
 * found below it, so that several of them, with those of others between, are still a stack and no circle.
 */
#ifndef UNFREED_SHIM_PYTHON_LAYER_H
#define UNFREED_SHIM_PYTHON_LAYER_H

#include "shim/python/interpreter.h"
#include "wire/family.h"

/* What the context of one of our functions points to. */
struct layer {
        struct python_allocator inner;
        enum python_domain domain;
};

/* Lay `hooks` (whose context is set here) over each domain in which they are not the uppermost. */
void layer_install(const struct python_allocator hooks[PYTHON_DOMAINS]);

/* The layer that lies lowest in this domain; NULL before there is one. */
const struct layer *layer_first(enum python_domain domain);

/* The interpreter is gone, and its allocators with it. */
void layer_forget(void);

/* Are the uppermost functions of this domain ours at this moment? For a while during its start and its end the
 * interpreter puts its first ones back. */
bool layer_uppermost(enum python_domain domain);

/* Hand `block` back to the interpreter's allocator of that family; false when the family is not one of Python's. A
 * block of a domain that needs the GIL is kept when this thread does not hold it: that is better than a race. */
bool python_give(void *block, enum wire_family owner);

/* The same for a change of size. The result in *ret_result; NULL where it cannot be done, with the block as it was. */
bool python_resize(void *block, size_t size, enum wire_family owner, void **ret_result);

/* pymalloc's smallest blocks are 16 bytes, two to a slot of the block table: never ask it for one of those. */
static inline size_t layer_size(size_t size) { return size > 16 ? size : 17; }

#endif
