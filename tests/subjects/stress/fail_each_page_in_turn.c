// Each request for pages of our own is refused in turn, in a run of its own, and every second one too: the program does
// not notice, and nobody is accused.
// expect: nothing
// exit: 0
// timeout: 200
// stdout: all the same
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES = 60 };

static void recurse(unsigned depth, void **blocks)
{
        blocks[depth] = malloc(10 + depth * 100);
        if (depth > 0)
                recurse(depth - 1, blocks);
}

static void *work(void *result)
{
        void *blocks[200];
        recurse(199, blocks);
        blocks[0] = realloc(blocks[0], 300000);
        for (unsigned i = 0; i < 200; i++)
                free(blocks[i]);
        return result;
}

static int worker(void)
{
        pthread_t threads[3];
        void *result;
        for (int i = 0; i < 3; i++)
                if (pthread_create(&threads[i], NULL, work, (void *)7L) != 0)
                        return 1;
        work(NULL);
        for (int i = 0; i < 3; i++)
                if (pthread_join(threads[i], &result) != 0 || result != (void *)7L)
                        return 2;
        pid_t child = fork();
        if (child == 0)
                _exit(work((void *)8L) == (void *)8L ? 8 : 3);
        int status;
        return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 8 ? 9 : 4;
}

int main(int argc, char **argv)
{
        if (argc > 1)
                return worker();
        for (int i = 1; i <= TRIES; i++) {
                char number[16];
                snprintf(number, sizeof number, "%d", i);
                pid_t child = fork();
                if (child == 0) {
                        setenv("UNFREED_FAIL_PAGE", number, 1);
                        execl(argv[0], argv[0], "work", (char *)NULL);
                        _exit(5);
                }
                int status;
                if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 9) {
                        printf("with the request %d refused: %x\n", i, status);
                        return 1;
                }
        }
        puts("all the same");
        return 0;
}
