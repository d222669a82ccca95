/* 300 threads, a few at a time, each of which makes 7 blocks of 50 bytes, releases 6 and leaves one: places of threads, and
 * their lanes, are used again. */
#include "act.h"

#include <pthread.h>

enum { ROUNDS = 60, AT_ONCE = 5 };

NOINLINE static void *make(void)
{
        void *block = keep(50);
        __asm__ volatile("" ::: "memory");
        return block;
}

static void *work(void *unused)
{
        void *blocks[7];
        for (int i = 0; i < 7; i++)
                blocks[i] = make();
        for (int i = 0; i < 6; i++)
                free(blocks[i]);
        return unused;
}

int main(void)
{
        for (int i = 0; i < ROUNDS; i++) {
                pthread_t threads[AT_ONCE];
                for (int k = 0; k < AT_ONCE; k++)
                        pthread_create(&threads[k], NULL, work, NULL);
                for (int k = 0; k < AT_ONCE; k++)
                        pthread_join(threads[k], NULL);
        }
        return 0;
}
