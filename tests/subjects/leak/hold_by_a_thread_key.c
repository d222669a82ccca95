// pthread_setspecific, at both levels of glibc's table.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void keep(void)
{
        pthread_key_t keys[100];
        for (int i = 0; i < 100; i++)
                pthread_key_create(&keys[i], NULL);
        pthread_setspecific(keys[2], make(40));
        pthread_setspecific(keys[90], make(48));
}

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
        away(keep);
        pthread_create(&thread, NULL, run, NULL);
        while (!ready)
                usleep(1000);
        return 0;
}
