/* Forks, one after the other, of a process with some megabytes of blocks; each child exits at once. Prints microseconds
 * a fork. Argument: forks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *blocks[20000];

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 300;
        struct timespec begin, end;
        for (int i = 0; i < 20000; i++)
                blocks[i] = memset(malloc(200), 1, 200);
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (long i = 0; i < n; i++) {
                pid_t child = fork();
                if (child == 0)
                        _exit(0);
                waitpid(child, NULL, 0);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%.1f\n", ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / 1e3 /
                         (double)n);
        for (int i = 0; i < 20000; i++)
                free(blocks[i]);
        return 0;
}
