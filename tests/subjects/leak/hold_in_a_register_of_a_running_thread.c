// A thread that computes for ever has the pointer in a register only.
// expect: nothing
// needs: file:/lib64/ld-linux-x86-64.so.2
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        uintptr_t hidden = ~(uintptr_t)make(40);
        __asm__ volatile("mov %0, %%r13\n\tmovq $0, %0\n\tnot %%r13\n\tmovl $1, %1\n1:\tpause\n\tjmp 1b"
                         : "+r"(hidden), "=m"(ready)::"r13", "memory");
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
