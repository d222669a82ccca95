// The twin: the register holds the complement.
// expect: UF001 class=definite blocks=1 function=make
// needs: file:/lib64/ld-linux-x86-64.so.2
#include "make.h"

static uintptr_t hidden;

static void hide(void) { hidden = ~(uintptr_t)make(40); }

int main(void)
{
        away(hide);
        __asm__ volatile("mov %0, %%r14\n\txor %%edi, %%edi\n\tand $-16, %%rsp\n\tcall exit"
                         :: "r"(hidden) : "r14", "rdi", "memory");
}
