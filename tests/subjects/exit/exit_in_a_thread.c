// A thread other than the first calls exit().
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<leave
// process: end.how=exit end.code=8
#include "leak_ten.h"
#include <pthread.h>
#include <unistd.h>

static void *leave(void *unused)
{
        (void)unused;
        leak_ten();
        exit(8);
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, leave, NULL);
        for (;;)
                pause();
}
