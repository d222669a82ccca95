// Two hundred children by vfork() and exec, posix_spawn() and fork() and exec, in turn.
// expect: nothing
// timeout: 60
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(void)
{
        char *words[] = {"true", NULL};
        for (int i = 0; i < 200; i++) {
                pid_t child = -1;
                int status = -1;
                void *held = malloc(100);
                if (i % 3 == 0) {
                        child = vfork();
                        if (child == 0) {
                                execvp("true", words);
                                _exit(127);
                        }
                } else if (i % 3 == 1) {
                        if (posix_spawnp(&child, "true", NULL, NULL, words, environ) != 0)
                                return 1;
                } else {
                        child = fork();
                        if (child == 0) {
                                execvp("true", words);
                                _exit(127);
                        }
                }
                waitpid(child, &status, 0);
                free(held);
                if (status != 0)
                        return 2;
        }
        return 0;
}
