// A thread that no ordinary signal reaches has the pointer in its frame.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <signal.h>

static void *run(void *unused)
{
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
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
