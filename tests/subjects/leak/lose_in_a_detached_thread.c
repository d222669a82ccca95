// A detached thread ended without releasing.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        make(40);
        ready = 1;
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        pthread_detach(thread);
        while (!ready)
                usleep(1000);
        usleep(50000);
        return 0;
}
