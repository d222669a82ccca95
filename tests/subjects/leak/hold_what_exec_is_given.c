// Arguments and environment of an exec, which nothing but the call knows.
// expect: nothing
// stdout: given
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static uintptr_t hidden_arguments, hidden_variables;

static void prepare(void)
{
        char **arguments = calloc(4, sizeof *arguments), **variables = calloc(2, sizeof *variables);
        arguments[0] = strcpy(make(8), "sh");
        arguments[1] = strcpy(make(8), "-c");
        arguments[2] = strcpy(make(40), "echo $WORD");
        variables[0] = strcpy(make(40), "WORD=given");
        hidden_arguments = ~(uintptr_t)arguments;
        hidden_variables = ~(uintptr_t)variables;
}

int main(void)
{
        away(prepare);
        const char *path = "/bin/sh";
#if defined __aarch64__
        __asm__ volatile("mvn x1, %0\n\tmvn x2, %1\n\tmov x0, %2\n\tbl execve"
                         ::"r"(hidden_arguments), "r"(hidden_variables), "r"(path) : "x0", "x1", "x2", "x30", "memory");
#else
        __asm__ volatile("mov %0, %%rsi\n\tnot %%rsi\n\tmov %1, %%rdx\n\tnot %%rdx\n\tmov %2, %%rdi\n\t"
                         "and $-16, %%rsp\n\tcall execve"
                         :: "r"(hidden_arguments), "r"(hidden_variables), "r"(path) : "rdi", "rsi", "rdx", "memory");
#endif
        return 1;
}
