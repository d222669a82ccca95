/* A service with many live blocks, asked for a judgement of a copy: how long does it stand still?
 *
 * usage: pause BLOCKS. Two threads read the clock and write into blocks, five thousand times a second, and are given way to by
 * all others where that is allowed. For each line on stdin the longest gap that either saw since the line before is
 * printed, in microseconds. */
#include "random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char **blocks;
static size_t n;
static _Atomic uint64_t longest_ns;

static uint64_t now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *work(void *unused)
{
        uint64_t before = now_ns(), random = (uintptr_t)&unused;
        const struct sched_param first = {.sched_priority = 1};
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);
        for (;;) {
                nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
                random = random * 6364136223846793005 + 1442695040888963407;
                blocks[(random >> 33) % n][0]++;
                uint64_t now = now_ns(), longest = atomic_load(&longest_ns);
                while (now - before > longest && !atomic_compare_exchange_weak(&longest_ns, &longest, now - before))
                        ;
                before = now;
        }
        return NULL;
}

int main(int argc, char **argv)
{
        n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
        blocks = malloc(n * sizeof *blocks);
        for (size_t i = 0; i < n; i++) {
                blocks[i] = malloc(16 + i % 200);
                memset(blocks[i], 0, 16);
        }
        pthread_t thread;
        for (int i = 0; i < 2; i++)
                pthread_create(&thread, NULL, work, NULL);
        char line[16];
        while (fgets(line, sizeof line, stdin)) {
                printf("%.0f\n", (double)atomic_exchange(&longest_ns, 0) / 1000);
                fflush(stdout);
        }
        return 0;
}
