/* The tight pair: malloc(48) and free() at once, from depth 4, in a loop that does nothing else. Prints nanoseconds a
 * pair. Arguments: pairs; a second one = it is strdup() that asks for the block. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *text;

static NOINLINE void third(long n)
{
        for (long i = 0; text && i < n; i++) {
                char *volatile block = strdup(text);
                free(block);
        }
        if (text)
                return;
        for (long i = 0; i < n; i++) {
                void *volatile block = malloc(48);
                free(block);
        }
}
static NOINLINE void second(long n) { third(n); NO_TAIL; }
static NOINLINE void first(long n) { second(n); NO_TAIL; }

static double now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 30000000;
        text = argc > 2 ? "forty-seven characters and the zero behind them" : NULL;
        first(n / 100);
        double begin = now_ns();
        first(n);
        printf("%.2f\n", (now_ns() - begin) / (double)n);
        return 0;
}
