// A detached thread got a block as its argument and did not release it.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *block)
{
        ready = 1;
        return NULL;
}

static void begin(void)
{
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_t thread;
        pthread_create(&thread, &attributes, run, make(40));
}

int main(void)
{
        away(begin);
        while (!ready)
                usleep(1000);
        usleep(50000);
        return 0;
}
