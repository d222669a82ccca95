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
        const struct python_allocator *place; /* where the interpreter keeps this domain's uppermost functions */
        struct python_allocator nowhere; /* `place` when that could not be found out: as if we were the uppermost */
        enum python_domain domain;
        uint32_t least_bytes; /* ask for no less */
        uint32_t pooled_end;  /* blocks of fewer bytes are given back without another allocator being asked */
        bool checks;          /* below are CPython's debug hooks: they end the program at a wrong call, and shall */
};

/* Does somebody else's layer (tracemalloc's, debug hooks) lie over this one, so that its functions are our callers? */
static inline bool layer_covered(const struct layer *layer) { return layer->place->context != layer; }

/* Lay `hooks` (whose context is set here) over each of the first `n` domains in which they are not the uppermost. True
 * when something lies below that is not the interpreter's own allocator or its debug hooks. */
bool layer_install(const struct python_allocator hooks[PYTHON_DOMAINS], unsigned n);

/* The layer that lies lowest in this domain; NULL before there is one. */
const struct layer *layer_first(enum python_domain domain);

/* The interpreter is gone, and its allocators with it. */
void layer_forget(void);

/* Has the interpreter put its first functions back? It does so in the raw domain, for moments of its start and end. */
bool layer_laid_aside(enum python_domain domain);

/* Hand `block` back to the interpreter's allocator of that family; false when the family is not one of Python's. A
 * block of a domain that needs the GIL is kept when this thread does not hold it: that is better than a race. */
bool python_give(void *block, enum wire_family owner);

/* The same for a change of size. The result in *ret_result; NULL where it cannot be done, with the block as it was. */
bool python_resize(void *block, size_t size, enum wire_family owner, void **ret_result);

/* pymalloc's smallest blocks are 16 bytes, two to a slot of the block table: it is never asked for one of those. The
 * debug hooks are told the true size, since what lies behind it is theirs to guard; their blocks have room around. */
static inline size_t layer_size(const struct layer *layer, size_t size)
{
        return size < layer->least_bytes ? layer->least_bytes : size;
}

#endif
