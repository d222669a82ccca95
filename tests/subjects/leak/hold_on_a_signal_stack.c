// A handler on an alternate stack, which is a mapping, leaves by exit().
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <signal.h>

static void handler(int signal)
{
        void *volatile block = make(40);
        exit(block == NULL);
}

int main(void)
{
        stack_t stack = {.ss_size = 65536};
        stack.ss_sp = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        sigaltstack(&stack, NULL);
        struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
        sigaction(SIGUSR1, &action, NULL);
        raise(SIGUSR1);
        return 0;
}
