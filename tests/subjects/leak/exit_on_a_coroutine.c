// exit() on a coroutine's stack, itself a block, while main's frame holds another.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <ucontext.h>

static ucontext_t outside, inside;
static void *stack;

static void run(void)
{
        void *volatile block = make(40);
        exit(block == NULL);
}

int main(void)
{
        void *volatile block = make(48);
        stack = malloc(65536);
        getcontext(&inside);
        inside.uc_stack.ss_size = 65536;
        inside.uc_stack.ss_sp = stack;
        makecontext(&inside, run, 0);
        swapcontext(&outside, &inside);
        return block == NULL;
}
