// exit() on the last kilobytes of the smallest stack that a thread can have.
// expect: UF001 class=definite blocks=1 function=make
// plain: same
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <limits.h>

static void lose(void) { make(40); }

/* Leave about six kilobytes. */
static void *run(void *unused)
{
        volatile char room[6000];
        room[0] = 1;
        exit(0);
}

int main(void)
{
        away(lose);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
        pthread_t thread;
        pthread_create(&thread, &attributes, run, NULL);
        pthread_join(thread, NULL);
        return 1;
}
