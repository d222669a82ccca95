// Is killed (SIGKILL) by another thread while it allocates.
// expect: UF004 family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten
// signal: 9
// allow: UF004
// process: end.how=signal end.signal=9
#include "leak_ten.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void *kill_soon(void *unused)
{
        (void)unused;
        usleep(50000);
        kill(getpid(), SIGKILL);
        return NULL;
}

int main(void)
{
        pthread_t thread;
        leak_ten();
        pthread_create(&thread, NULL, kill_soon, NULL);
        for (;;)
                free(malloc(48));
}
