/* W4: two threads, each of which makes blocks that the other releases, through two rings. Argument: blocks a thread. */
#include "random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { RING = 1024 };

/* One writer, one reader: each index has one owner. */
struct ring {
        _Alignas(64) atomic_ulong written;
        _Alignas(64) atomic_ulong read;
        _Alignas(64) unsigned char *blocks[RING];
};

static struct ring rings[2];
static long n_blocks;

static NOINLINE int take_one(struct ring *ring, uint64_t *sum)
{
        unsigned long at = atomic_load_explicit(&ring->read, memory_order_relaxed);
        if (at == atomic_load_explicit(&ring->written, memory_order_acquire))
                return 0;
        unsigned char *block = ring->blocks[at % RING];
        *sum += block[0];
        free(block);
        atomic_store_explicit(&ring->read, at + 1, memory_order_release);
        return 1;
}

static NOINLINE int give_one(struct ring *ring, struct random *r)
{
        unsigned long at = atomic_load_explicit(&ring->written, memory_order_relaxed);
        if (at - atomic_load_explicit(&ring->read, memory_order_acquire) == RING)
                return 0;
        unsigned size = 16 + (random_next(r) & 127);
        unsigned char *block = malloc(size);
        block[0] = (unsigned char)size;
        ring->blocks[at % RING] = block;
        atomic_store_explicit(&ring->written, at + 1, memory_order_release);
        return 1;
}

static void *run(void *which)
{
        long me = (long)which, n_given = 0, n_taken = 0;
        struct random r = {88172645463325252 + (uint64_t)me};
        uint64_t sum = 0;
        while (n_given < n_blocks || n_taken < n_blocks) {
                int moved = 0;
                for (int i = 0; i < 32; i++) {
                        int given = n_given < n_blocks && give_one(&rings[me], &r);
                        int taken = n_taken < n_blocks && take_one(&rings[1 - me], &sum);
                        n_given += given, n_taken += taken, moved |= given | taken;
                }
                if (!moved)
                        sched_yield();
        }
        return (void *)(uintptr_t)sum;
}

int main(int argc, char **argv)
{
        pthread_t other;
        void *sums[2];
        n_blocks = argc > 1 ? atol(argv[1]) : 6000000;
        pthread_create(&other, NULL, run, (void *)1);
        sums[0] = run((void *)0);
        pthread_join(other, &sums[1]);
        printf("%llu\n", (unsigned long long)((uintptr_t)sums[0] + (uintptr_t)sums[1]));
        return 0;
}
