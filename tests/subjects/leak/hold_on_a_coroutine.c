// A coroutine on a mapped stack, left in the middle.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <ucontext.h>

static ucontext_t outside, inside;

static void run(void)
{
        void *volatile block = make(40);
        swapcontext(&inside, &outside);
        free(block);
}

int main(void)
{
        getcontext(&inside);
        inside.uc_stack.ss_size = 65536;
        inside.uc_stack.ss_sp = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        makecontext(&inside, run, 0);
        swapcontext(&outside, &inside);
        return 0;
}
