/* Released blocks held back for a while
 *
 * The rings stand in pages of our own, one for each place in the thread list: a thread that takes over a dead one's
 * place takes over what it held back, so no end of a thread need be seen.
 */
#include "shim/block/quarantine.h"

#include "shim/self/options.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>

enum { PLACES = 1 << 15 };

static _Atomic(struct quarantine *) rings[PLACES];

struct quarantine *quarantine_init(struct thread *self)
{
        uint64_t n = options.quarantine_size / QUARANTINE_LARGEST_BYTES;
        if (n == 0 || self->slot == 0 || self->slot >= PLACES)
                return NULL;
        struct quarantine *ring = atomic_load_explicit(&rings[self->slot], memory_order_relaxed);
        if (ring)
                return ring;
        while (n & (n - 1))
                n &= n - 1;
        ring = pages_take(sizeof *ring + n * sizeof(void *));
        if (ring)
                ring->mask = (uint32_t)n - 1;
        atomic_store_explicit(&rings[self->slot], ring, memory_order_relaxed);
        return ring;
}
