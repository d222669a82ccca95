// Path and arguments of an execl(), which nothing but the registers of the call knows.
// expect: nothing
// stdout: given
#include "make.h"
#include <unistd.h>

static uintptr_t hidden_path, hidden_name, hidden_word;

static void prepare(void)
{
        hidden_path = ~(uintptr_t)strcpy(make(16), "/bin/echo");
        hidden_name = ~(uintptr_t)strcpy(make(8), "echo");
        hidden_word = ~(uintptr_t)strcpy(make(8), "given");
}

int main(void)
{
        away(prepare);
#if defined __aarch64__
        __asm__ volatile("mvn x0, %0\n\tmvn x1, %1\n\tmvn x2, %2\n\tmov x3, xzr\n\tbl execl"
                         ::"r"(hidden_path), "r"(hidden_name), "r"(hidden_word)
                         : "x0", "x1", "x2", "x3", "x30", "memory");
#else
        __asm__ volatile("mov %0, %%rdi\n\tnot %%rdi\n\tmov %1, %%rsi\n\tnot %%rsi\n\tmov %2, %%rdx\n\tnot %%rdx\n\t"
                         "xor %%ecx, %%ecx\n\txor %%eax, %%eax\n\tand $-16, %%rsp\n\tcall execl"
                         ::"m"(hidden_path), "m"(hidden_name), "m"(hidden_word)
                         : "rax", "rcx", "rdx", "rsi", "rdi", "memory");
#endif
        return 1;
}
