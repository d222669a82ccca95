// The first thread ends before the process does.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<run_on
// process: end.how=exit end.code=0
#include "leak_ten.h"
#include <pthread.h>
#include <unistd.h>

static void *run_on(void *unused)
{
        (void)unused;
        usleep(20000);
        leak_ten();
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run_on, NULL);
        pthread_detach(thread);
        pthread_exit(NULL);
}
