// Four threads do the same, so that their blocks lie at the same places of four heaps, and release them one thread after
// the other. Then main releases them all again: where each was born is still known, not that of the last thread alone.
// (CWE-415)
// expect: UF102 family=malloc function=make release=drop_again first_release=drop count=4000
// plain: crashes
#include "ever_new_stacks.h"

#include <pthread.h>

enum { THREADS = 4, EACH = 1000 };
static void *blocks[THREADS][EACH];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all_have;

static __attribute__((noinline)) void *make(void)
{
        void *block = malloc(90);
        n_returned++;
        return block;
}

static void *work(void *mine)
{
        void **blocks_of_me = mine;
        for (int i = 0; i < EACH; i++)
                blocks_of_me[i] = make();
        pthread_barrier_wait(&all_have); /* until then each thread has a heap to itself */
        pthread_mutex_lock(&turn);
        for (int i = 0; i < EACH; i++)
                drop(blocks_of_me[i]);
        pthread_mutex_unlock(&turn);
        return NULL;
}

int main(void)
{
        pthread_t threads[THREADS];
        pthread_barrier_init(&all_have, NULL, THREADS);
        for (int i = 0; i < THREADS; i++)
                pthread_create(&threads[i], NULL, work, blocks[i]);
        for (int i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++)
                for (int j = 0; j < EACH; j++)
                        drop_again(blocks[i][j]);
        return 0;
}
