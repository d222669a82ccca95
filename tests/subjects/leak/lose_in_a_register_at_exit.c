// The twin: the register holds the complement.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static uintptr_t hidden;

static void hide(void) { hidden = ~(uintptr_t)make(40); }

int main(void)
{
        away(hide);
#if defined __aarch64__
        __asm__ volatile("mov x19, %0\n\tmov w0, #0\n\tbl exit" ::"r"(hidden) : "x0", "x19", "x30", "memory");
#else
        __asm__ volatile("mov %0, %%r14\n\txor %%edi, %%edi\n\tand $-16, %%rsp\n\tcall exit"
                         :: "r"(hidden) : "r14", "rdi", "memory");
#endif
}
