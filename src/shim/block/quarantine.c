/* Released blocks held back for a while
 *
 * The rings stand in pages of our own, one for each place in the thread list: a thread that takes over a dead one's
 * place takes over what it held back, so no end of thread needs to be seen. A ring is touched by its thread alone; a
 * signal handler that releases in the middle finds it busy and goes without.
 */
#include "shim/block/quarantine.h"

#include "shim/self/options.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>

enum {
        ENTRIES = 1024,           /* power of two; past it the oldest leaves whatever its size */
        LARGEST_BYTES = 1024,     /* larger blocks are reused seldom and cost memory */
        SLOTS = 1 << 15,
};

struct held {
        void *block;
        size_t size;
};

struct ring {
        struct held held[ENTRIES];
        uint32_t first, next; /* [first, next) modulo ENTRIES */
        size_t bytes;
        _Atomic uint32_t busy;
};

static _Atomic(struct ring *) rings[SLOTS];

static struct ring *ring_of(struct thread *self)
{
        if (self->slot == 0 || self->slot >= SLOTS)
                return NULL;
        struct ring *ring = atomic_load_explicit(&rings[self->slot], memory_order_relaxed);
        if (ring == NULL) {
                ring = pages_take(sizeof *ring);
                atomic_store_explicit(&rings[self->slot], ring, memory_order_relaxed);
        }
        return ring;
}

void *quarantine_exchange(struct thread *self, void *block, size_t size)
{
        if (size > LARGEST_BYTES || options.quarantine_size == 0)
                return block;
        struct ring *ring = ring_of(self);
        if (ring == NULL || ring->busy)
                return block;
        ring->busy = 1;
        void *out = NULL;
        uint32_t n = ring->next - ring->first;
        if (n && (n == ENTRIES || ring->bytes + (block ? size : 0) > options.quarantine_size)) {
                struct held *oldest = &ring->held[ring->first++ % ENTRIES];
                out = oldest->block;
                ring->bytes -= oldest->size;
        }
        if (block) {
                ring->held[ring->next++ % ENTRIES] = (struct held){block, size};
                ring->bytes += size;
        }
        ring->busy = 0;
        return out;
}

void quarantine_forget(struct thread *self)
{
        struct ring *ring = ring_of(self);
        if (ring)
                ring->first = ring->next = 0, ring->bytes = 0;
}
