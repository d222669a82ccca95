// The parent's leaks are the parent's alone, although the child inherits the blocks.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// summary: leaked_bytes=160 leaked_blocks=10
#include "leak_ten.h"
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        leak_ten();
        pid_t child = fork();
        if (child == 0)
                exit(0);
        waitpid(child, NULL, 0);
        return 0;
}
