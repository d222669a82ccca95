// A lost block whose address a function before the execl() left in a register for further arguments: there are none.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <unistd.h>

static uintptr_t hidden;

static void lose(void) { hidden = ~(uintptr_t)make(40); }

int main(void)
{
        away(lose);
#if defined __x86_64__
        const char *path = "/bin/true", *name = "true";
        __asm__ volatile("mov %0, %%rdi\n\tmov %1, %%rsi\n\txor %%edx, %%edx\n\tmov %2, %%r8\n\tnot %%r8\n\t"
                         "xor %%eax, %%eax\n\tand $-16, %%rsp\n\tcall execl"
                         :: "m"(path), "m"(name), "m"(hidden) : "rax", "rdx", "rsi", "rdi", "r8", "memory");
#else
        execl("/bin/true", "true", NULL);
#endif
        return 1;
}
