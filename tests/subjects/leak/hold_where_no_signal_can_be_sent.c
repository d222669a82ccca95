// No signal may be queued any more (RLIMIT_SIGPENDING): the threads cannot be stopped, and what their stacks hold is held.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

enum { THREADS = 4 };

static atomic_int n_ready;

static void *run(void *unused)
{
        char *volatile block = make(1000);
        n_ready++;
        for (;;)
                pause();
        return block;
}

int main(void)
{
        struct rlimit none = {0, 0};
        pthread_t thread;
        for (int i = 0; i < THREADS; i++)
                pthread_create(&thread, NULL, run, NULL);
        while (n_ready < THREADS)
                usleep(1000);
        setrlimit(RLIMIT_SIGPENDING, &none);
        return 0;
}
