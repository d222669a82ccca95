// A __thread variable of a thread that waits.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static __thread void *held;

static void keep(void) { held = make(40); }

static void *run(void *unused)
{
        away(keep);
        ready = 1;
        for (;;)
                pause();
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        while (!ready)
                usleep(1000);
        return 0;
}
