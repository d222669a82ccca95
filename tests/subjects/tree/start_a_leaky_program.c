// Starts a leaky program in each way that there is: system(), popen(), posix_spawn(), vfork() and exec.
// run: {self} {built}/leak_here_only
// expect: UF001 class=definite family=malloc bytes=640 blocks=4 function=leak_here
// summary: leaked_bytes=640
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
        char *child_argv[] = {argv[1], NULL}, letter;
        pid_t child;
        if (system(argv[1]) != 0)
                return 1;
        FILE *pipe = popen(argv[1], "r");
        while (fread(&letter, 1, 1, pipe) == 1)
                continue;
        if (pclose(pipe) != 0)
                return 2;
        if (posix_spawn(&child, argv[1], NULL, NULL, child_argv, environ) != 0)
                return 3;
        waitpid(child, NULL, 0);
        child = vfork();
        if (child == 0) {
                execv(argv[1], child_argv);
                _exit(127);
        }
        waitpid(child, NULL, 0);
        return 0;
}
