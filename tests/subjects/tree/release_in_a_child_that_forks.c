// A child forks three times itself; meanwhile its parent releases its blocks. Then the child resizes its copies, which must
// keep what is in them, and releases them.
// expect: nothing
// stdout: fine
// plain: same
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 10 };
static char *blocks[BLOCKS];

static void do_nothing_in_a_child(void)
{
        if (fork() == 0) {
                free(malloc(10));
                _exit(0);
        }
        wait(NULL);
}

static int use_copies(void)
{
        for (int i = 0; i < BLOCKS; i++) {
                char *grown = realloc(blocks[i], 5000);
                if (grown == NULL || grown[0] != 'a' + i)
                        return puts("what was in a block is lost"), fflush(stdout), 1;
                free(grown);
        }
        puts("fine");
        fflush(stdout);
        return 0;
}

int main(void)
{
        int released[2], status;
        char byte;
        for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = malloc(100 + i);
                memset(blocks[i], 'a' + i, 100 + i);
        }
        pipe(released);
        if (fork() == 0) {
                free(malloc(5));
                close(released[1]);
                read(released[0], &byte, 1); /* until its other end is closed */
                for (int i = 0; i < 3; i++)
                        do_nothing_in_a_child();
                _exit(use_copies());
        }
        for (int i = 0; i < BLOCKS; i++)
                free(blocks[i]);
        close(released[1]);
        wait(&status);
        return WEXITSTATUS(status);
}
