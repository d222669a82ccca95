/* Four threads in a ring: each makes 6,000 blocks of 40 bytes and releases those of the one before it, as soon as it can
 * get hold of them. 24,000 births, as many releases, and no address that the log could not explain. */
#include "act.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, BLOCKS = 6000, SLOTS = 64 };

static struct {
        _Atomic(void *) slots[SLOTS];
} rings[THREADS];

NOINLINE static void *make(void)
{
        void *block = keep(40);
        __asm__ volatile("" ::: "memory");
        return block;
}

static void *work(void *number)
{
        size_t me = (size_t)number, before = (me + THREADS - 1) % THREADS;
        int made = 0, released = 0;
        for (size_t i = 0; made < BLOCKS || released < BLOCKS; i = (i + 1) % SLOTS) {
                if (made < BLOCKS && atomic_load(&rings[me].slots[i]) == NULL) {
                        atomic_store(&rings[me].slots[i], make());
                        made++;
                }
                void *block = released < BLOCKS ? atomic_exchange(&rings[before].slots[i], NULL) : NULL;
                if (block) {
                        free(block);
                        released++;
                }
        }
        return NULL;
}

int main(void)
{
        pthread_t threads[THREADS];
        for (size_t i = 0; i < THREADS; i++)
                pthread_create(&threads[i], NULL, work, (void *)i);
        for (size_t i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
