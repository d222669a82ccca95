// A __thread variable of a thread that has ended.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static __thread void *held;

static void *run(void *unused)
{
        held = make(40);
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        pthread_join(thread, NULL);
        return 0;
}
