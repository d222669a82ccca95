// Four threads release blocks from ever new stacks, and main releases these again while the threads go on: whatever a
// thread does with what it noted of a release, whoever asks meanwhile is told the whole stack or none. (CWE-415)
// expect: UF102 family=malloc function=make release=drop_again first_release=drop first_release_stack=drop<go<work count=4000
// plain: crashes
#include "ever_new_stacks.h"

#include <malloc.h>
#include <pthread.h>

enum { THREADS = 4, EACH = 1000, BYTES = 40, LARGER = 100 };
static void *released[THREADS][EACH], *between[THREADS][EACH];
static int n_released[THREADS];
static int over;

static __attribute__((noinline)) void *make(void) { return malloc(BYTES); }

/* Its own paths: the common generator belongs to main. */
static void *work(void *number)
{
        int me = (int)(intptr_t)number;
        uint64_t path = 88172645463325252u + (uint64_t)me;
        for (int i = 0; i < 60000 || !__atomic_load_n(&over, __ATOMIC_ACQUIRE); i++) {
                path ^= path << 13;
                path ^= path >> 7;
                path ^= path << 17;
                if (i >= 20000 && i < 20000 + EACH) {
                        go(drop, released[me][i - 20000], path, 40);
                        __atomic_fetch_add(&n_released[me], 1, __ATOMIC_RELEASE);
                } else {
                        go(drop_at_the_end, malloc(LARGER), path, 40);
                }
        }
        return NULL;
}

int main(void)
{
        pthread_t threads[THREADS];
        /* One small heap, so that of each block it is known where it was born. No address is given out again: what is
         * between two of the blocks stays, and the threads' own are larger. */
        mallopt(M_ARENA_MAX, 1);
        for (int i = 0; i < THREADS; i++)
                for (int j = 0; j < EACH; j++) {
                        released[i][j] = make();
                        between[i][j] = malloc(BYTES);
                }
        for (int i = 0; i < THREADS; i++)
                pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i);
        /* Half of them at once, half later. */
        for (int later = 0; later < 2; later++)
                for (int j = later; j < EACH; j += 2)
                        for (int i = 0; i < THREADS; i++) {
                                while (__atomic_load_n(&n_released[i], __ATOMIC_ACQUIRE) <= j)
                                        ;
                                drop_again(released[i][j]);
                        }
        __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
        for (int i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++)
                for (int j = 0; j < EACH; j++)
                        free(between[i][j]);
        return 0;
}
