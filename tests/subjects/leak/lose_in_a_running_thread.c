// The twin: what the thread computes with is not the pointer.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static uintptr_t hidden;

static void hide(void) { hidden = ~(uintptr_t)make(40); }

static void *run(void *unused)
{
        away(hide);
        ready = 1;
        for (;;)
                hidden ^= 1;
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
