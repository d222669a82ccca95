// A block is released from one of ever new stacks; then the process forks, and the child, which releases many more of
// its own, releases it again: where the parent had done so is told. (CWE-415)
// processes: 2
// expect: UF102 family=malloc function=make release=drop_again first_release=drop first_release_stack=drop<go<main
#include "../release/ever_new_stacks.h"

#include <sys/wait.h>
#include <unistd.h>

static __attribute__((noinline)) void *make(void) { return malloc(100); }

int main(void)
{
        void *block = make();
        churn(20000);
        for (int i = 0; i < 20; i++)
                go(drop, i == 10 ? block : malloc(24), path_new(), 40);
        pid_t child = fork();
        if (child == 0) {
                churn(40000);
                drop_again(block);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        return 0;
}
