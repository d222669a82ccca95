// A detached thread waits on a condition that never comes.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *run(void *unused)
{
        void *volatile block = make(40);
        pthread_mutex_lock(&mutex);
        ready = 1;
        for (;;)
                pthread_cond_wait(&never, &mutex);
        return block;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        pthread_detach(thread);
        while (!ready)
                usleep(1000);
        return 0;
}
