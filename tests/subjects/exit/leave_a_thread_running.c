// Another thread still runs, and holds a block, when main returns.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
#include "leak_ten.h"
#include <pthread.h>
#include <unistd.h>

static void *run_on(void *started)
{
        char *held = malloc(100);
        memset(held, 'h', 100);
        *(volatile int *)started = 1;
        for (;;)
                held[0]++;
        return NULL;
}

int main(void)
{
        static volatile int started;
        pthread_t thread;
        leak_ten();
        pthread_create(&thread, NULL, run_on, (void *)&started);
        while (!started)
                usleep(1000);
        return 0;
}
