// A thread has ended and returned a block; nobody has asked for it yet.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused) { return make(40); }

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        usleep(100000);
        return 0;
}
