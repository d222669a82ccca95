// The pointer is in a register that a function must preserve, and in no memory.
// expect: nothing
// needs: file:/lib64/ld-linux-x86-64.so.2
#include "make.h"

static void work(void)
{
        void *block = make(40);
        uintptr_t hidden = ~(uintptr_t)block;
        block = NULL;
        __asm__ volatile("mov %0, %%r14\n\tnot %%r14\n\txor %%edi, %%edi\n\tand $-16, %%rsp\n\tcall exit"
                         :: "r"(hidden) : "r14", "rdi", "memory");
}

int main(void)
{
        away(work);
}
