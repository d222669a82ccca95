// The child leaks and leaves by _exit(); the parent is clean.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=2
// process: end.how=exit end.code=0
#include "leak_ten.h"
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        pid_t child = fork();
        if (child == 0) {
                leak_ten();
                _exit(2);
        }
        waitpid(child, NULL, 0);
        return 0;
}
