// A thread that sleeps for ever has the pointer in its frame.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        void *volatile block = make(40);
        ready = 1;
        for (;;)
                pause();
        return block;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        while (!ready)
                usleep(1000);
        return 0;
}
