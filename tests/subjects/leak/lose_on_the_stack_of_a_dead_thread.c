// The same frame, but its thread has ended; glibc keeps its stack for the next one.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        void *volatile block[600];
        memset((void *)block, 0, sizeof block);
        block[300] = make(40);
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        pthread_join(thread, NULL);
        return 0;
}
