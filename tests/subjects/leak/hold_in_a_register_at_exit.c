// The pointer is in a register that a function must preserve, and in no memory.
// expect: nothing
#include "make.h"

static void work(void)
{
        void *block = make(40);
        uintptr_t hidden = ~(uintptr_t)block;
        block = NULL;
#if defined __aarch64__
        __asm__ volatile("mvn x19, %0\n\tmov w0, #0\n\tbl exit" ::"r"(hidden) : "x0", "x19", "x30", "memory");
#else
        __asm__ volatile("mov %0, %%r14\n\tnot %%r14\n\txor %%edi, %%edi\n\tand $-16, %%rsp\n\tcall exit"
                         :: "r"(hidden) : "r14", "rdi", "memory");
#endif
}

int main(void)
{
        away(work);
}
