/* A thousand threads, one after the other in groups of ten, each of which makes and releases ten blocks. Prints
 * microseconds a thread. Argument: threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void *work(void *unused)
{
        void *volatile blocks[10];
        for (int i = 0; i < 10; i++)
                blocks[i] = malloc(40 + (size_t)i);
        for (int i = 0; i < 10; i++)
                free(blocks[i]);
        return unused;
}

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 1000;
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (long i = 0; i < n; i += 10) {
                pthread_t threads[10];
                for (int k = 0; k < 10; k++)
                        pthread_create(&threads[k], NULL, work, NULL);
                for (int k = 0; k < 10; k++)
                        pthread_join(threads[k], NULL);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%.1f\n", ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / 1e3 /
                         (double)n);
        return 0;
}
