// A parent forks 128 times and more after a child was born, then releases its blocks; the child then resizes its copies of
// some, which must keep what is in them, and releases all, some in another thread. So does a child that was born after
// many forks, and forked before anything else.
// expect: nothing
// stdout: fine fine fine
// plain: same
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 10 };
static char *blocks[BLOCKS];

static void fork_often(int n)
{
        while (n-- > 0) {
                if (fork() == 0)
                        _exit(0);
                wait(NULL);
        }
}

static void *release_half(void *unused)
{
        for (int i = 0; i < BLOCKS / 2; i++)
                free(blocks[i]);
        return unused;
}

static void use_copies(void)
{
        pthread_t thread;
        pthread_create(&thread, NULL, release_half, NULL);
        pthread_join(thread, NULL);
        for (int i = BLOCKS / 2; i < BLOCKS; i++) {
                char *grown = realloc(blocks[i], 5000);
                if (grown == NULL || grown[0] != 'a' + i)
                        _exit(1);
                free(grown);
        }
}

/* The parent forks `before` times, makes the child, forks `after` times and releases. */
static int let_release(int before, int after, int child_forks_first)
{
        int released[2], status;
        char byte;
        pid_t child;
        for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = malloc(100 + i);
                memset(blocks[i], 'a' + i, 100 + i);
        }
        fork_often(before);
        pipe(released);
        if ((child = fork()) == 0) {
                close(released[1]);
                read(released[0], &byte, 1); /* until its other end is closed */
                if (child_forks_first)
                        fork_often(1);
                use_copies();
                _exit(0);
        }
        fork_often(after);
        for (int i = 0; i < BLOCKS; i++)
                free(blocks[i]);
        close(released[1]);
        close(released[0]);
        waitpid(child, &status, 0);
        return status;
}

int main(void)
{
        int a = let_release(0, 140, 0), b = let_release(130, 0, 1), c = let_release(0, 260, 0);
        printf("%s %s %s\n", a ? "wrong" : "fine", b ? "wrong" : "fine", c ? "wrong" : "fine");
        return 0;
}
