// A thread runs on a stack that the program mapped itself.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <sys/mman.h>

static void *run(void *unused)
{
        void *volatile block = make(40);
        ready = 1;
        for (;;)
                pause();
        return block;
}

int main(void)
{
        enum { BYTES = 256 << 10 };
        void *stack = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, stack, BYTES);
        pthread_t thread;
        pthread_create(&thread, &attributes, run, NULL);
        while (!ready)
                usleep(1000);
        return 0;
}
