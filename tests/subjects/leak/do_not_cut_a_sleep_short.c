// A thread that sleeps while the process ends must not wake up and speak.
// expect: nothing
// plain: same
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <stdio.h>

static void *run(void *unused)
{
        ready = 1;
        sleep(1000);
        puts("woken up");
        fflush(stdout);
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        while (!ready)
                usleep(1000);
        usleep(50000);
        puts("over");
        return 0;
}
