// The child has said that it leaves, and does; whoever asks it to end then comes too late, as without us.
// expect: nothing
// stdout: left by itself
// process: end.how=exit end.code=0
// process: end.how=exit end.code=0
// plain: same
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 300000 };

static char **blocks;

int main(void)
{
        int pipes[2], status;
        char leaves;
        pipe(pipes);
        pid_t child = fork();
        if (child == 0) {
                blocks = malloc(BLOCKS * sizeof *blocks);
                for (int i = 0; i < BLOCKS; i++)
                        (blocks[i] = malloc(100))[0] = 1;
                write(pipes[1], "x", 1);
                _exit(0);
        }
        read(pipes[0], &leaves, 1);
        usleep(3000);
        kill(child, SIGTERM);
        waitpid(child, &status, 0);
        puts(WIFEXITED(status) ? "left by itself" : "was killed");
        return 0;
}
