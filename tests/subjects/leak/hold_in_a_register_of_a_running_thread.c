// A thread that computes for ever has the pointer in a register only.
// expect: nothing
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        uintptr_t hidden = ~(uintptr_t)make(40);
#if defined __aarch64__
        __asm__ volatile("mvn x20, %0\n\tmov %0, #0\n\tmov w9, #1\n\tstr w9, %1\n1:\tyield\n\tb 1b"
                         : "+r"(hidden), "=m"(ready)::"x9", "x20", "memory");
#else
        __asm__ volatile("mov %0, %%r13\n\tmovq $0, %0\n\tnot %%r13\n\tmovl $1, %1\n1:\tpause\n\tjmp 1b"
                         : "+r"(hidden), "=m"(ready)::"r13", "memory");
#endif
        return NULL;
}

int main(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        while (!ready)
                usleep(1000);
        return 0;
}
