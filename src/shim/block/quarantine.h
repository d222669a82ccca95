/* Released blocks held back for a while
 *
 * A second release can be told from the first only as long as the address has not been given out again. So the memory
 * of a small block is not handed back at once, but when `quarantine_size` bytes of younger ones have come after it, in
 * a ring of its own for each thread.
 */
#ifndef UNFREED_SHIM_BLOCK_QUARANTINE_H
#define UNFREED_SHIM_BLOCK_QUARANTINE_H

#include "shim/self/thread.h"

#include <stddef.h>

/* Take `block` in; returns the block that must be handed back to the allocator now instead: an older one, `block`
 * itself, or NULL for none. Call again with block == NULL while it returns something. */
void *quarantine_exchange(struct thread *self, void *block, size_t size);

/* Hand back everything of every thread that has died or is this one. For exec and the end of tests. */
void quarantine_forget(struct thread *self);

#endif
