/* Memory for those who ask before there is an allocator
 *
 * Pools are bump-allocated with one atomic add. A block has its size in the word before it.
 */
#include "shim/self/early.h"

#include "bare/bits.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>

enum { GRAIN = 16, POOL_BYTES = 1 << 20 };

struct pool {
        _Atomic(unsigned char *) start;
        size_t bytes;
        _Atomic size_t used;
};

static unsigned char first_piece[EARLY_STATIC_BYTES] PAGES_APART __attribute__((aligned(GRAIN)));
static struct pool pools[EARLY_POOLS] = {{.start = first_piece, .bytes = sizeof first_piece}};
static _Atomic unsigned n_pools = 1;
_Atomic bool early_used;

static void *pool_take(struct pool *pool, size_t bytes, size_t alignment)
{
        size_t used = atomic_load(&pool->used);
        for (;;) {
                uintptr_t start = (uintptr_t)pool->start;
                uintptr_t block = align_up(start + used + GRAIN, alignment);
                size_t end = block - start + align_up(bytes, GRAIN);
                if (end > pool->bytes || end < bytes)
                        return NULL;
                if (!atomic_compare_exchange_weak(&pool->used, &used, end))
                        continue;
                ((size_t *)block)[-1] = bytes;
                return (void *)block;
        }
}

static bool pool_add(size_t bytes)
{
        unsigned i = atomic_load(&n_pools);
        size_t size = bytes > POOL_BYTES ? bytes : POOL_BYTES;
        if (i == EARLY_POOLS)
                return false;
        unsigned char *start = pages_take(size);
        if (start == NULL)
                return false;
        /* Two threads may come here at once: the loser's pool goes to the next place. */
        for (; i < EARLY_POOLS; i++) {
                unsigned char *none = NULL;
                if (!atomic_compare_exchange_strong(&pools[i].start, &none, start))
                        continue;
                pools[i].bytes = size;
                atomic_store(&n_pools, i + 1);
                return true;
        }
        pages_give(start, size);
        return false;
}

void *early_take(size_t bytes, size_t alignment)
{
        if (alignment < GRAIN)
                alignment = GRAIN;
        atomic_store(&early_used, true);
        do {
                void *block = pool_take(&pools[atomic_load(&n_pools) - 1], bytes, alignment);
                if (block)
                        return block;
        } while (bytes < SIZE_MAX / 2 && pool_add(bytes + alignment + GRAIN));
        return NULL;
}

size_t early_size(const void *block) { return ((const size_t *)block)[-1]; }

bool early_own_slow(const void *address)
{
        unsigned n = atomic_load(&n_pools);
        for (unsigned i = 0; i < n; i++) {
                const unsigned char *start = atomic_load(&pools[i].start);
                if (start && (const unsigned char *)address >= start &&
                    (const unsigned char *)address < start + pools[i].bytes)
                        return true;
        }
        return false;
}

void early_each(void (*visit)(uintptr_t start, uintptr_t end, void *context), void *context)
{
        unsigned n = atomic_load(&n_pools);
        for (unsigned i = 0; early_used && i < n && i < EARLY_POOLS; i++) {
                uintptr_t start = (uintptr_t)atomic_load(&pools[i].start);
                if (start)
                        visit(start, start + atomic_load(&pools[i].used), context);
        }
}
