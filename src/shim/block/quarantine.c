/* Released blocks held back for a while
 *
 * The rings stand in pages of our own, one for each place in the thread list: a thread that takes over a dead one's
 * place takes over what it held back, so no end of a thread need be seen.
 */
#include "shim/block/quarantine.h"

#include "shim/block/spare.h"
#include "shim/self/next.h"
#include "shim/self/options.h"
#include "shim/self/shelf.h"
#include "shim/sys/filter.h"
#include "shim/sys/pages.h"

#include <sys/syscall.h>

static struct shelf rings; /* struct quarantine */

static struct quarantine *ring_take(uint32_t slot)
{
        uint64_t n = options.quarantine_size / QUARANTINE_LARGEST_BYTES;
        void **place = n && slot ? shelf_at(&rings, slot) : NULL;
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
        __atomic_store_n(place, ring, __ATOMIC_RELEASE);
        return ring;
}

static void give_back(struct quarantine *ring)
{
        for (uint32_t at = 0; at <= ring->mask; at++) {
                void *block = ring->held[at];
                ring->held[at] = NULL;
                if (block)
                        next_free(block);
        }
}

void quarantine_fit(struct thread *self)
{
        struct quarantine *ring = self->quarantine;
        bool may_grow = filter_allows(SYS_brk, (const long[6]){0});
        self->held_below = ring && may_grow ? QUARANTINE_LARGEST_BYTES + 1 : 0;
        if (ring && !may_grow)
                give_back(ring);
}

void quarantine_begin(struct thread *self)
{
        self->quarantine = ring_take(self->slot);
        quarantine_fit(self);
}

bool quarantine_holds(const void *block)
{
        for (uint32_t i = 0; i < SHELF_PLACES / SHELF_BOARD_PLACES; i++) {
                void **board = atomic_load_explicit(&rings.boards[i], memory_order_acquire);
                for (uint32_t k = 0; board && k < SHELF_BOARD_PLACES; k++) {
                        const struct quarantine *ring = __atomic_load_n(&board[k], __ATOMIC_ACQUIRE);
                        for (uint32_t at = 0; ring && at <= ring->mask; at++)
                                if (__atomic_load_n(&ring->held[at], __ATOMIC_RELAXED) == block)
                                        return true;
                }
        }
        return spare_holds(block);
}
