/* Released blocks held back for a while
 *
 * The rings stand in pages of our own, one for each place in the thread list: a thread that takes over a dead one's
 * place takes over what it held back, so no end of a thread need be seen.
 */
#include "shim/block/quarantine.h"

#include "shim/self/options.h"
#include "shim/self/shelf.h"
#include "shim/sys/pages.h"

static struct shelf rings; /* struct quarantine */

struct quarantine *quarantine_init(struct thread *self)
{
        uint64_t n = options.quarantine_size / QUARANTINE_LARGEST_BYTES;
        void **place = n && self->slot ? shelf_at(&rings, self->slot) : NULL;
        if (place == NULL)
                return NULL;
        struct quarantine *ring = *place;
        if (ring)
                return ring;
        while (n & (n - 1))
                n &= n - 1;
        ring = pages_take(sizeof *ring + n * sizeof(void *));
        if (ring)
                ring->mask = (uint32_t)n - 1;
        *place = ring;
        return ring;
}
