/* The tight pair: malloc(48) and free() at once, from depth 4, in a loop that does nothing else. Prints nanoseconds a
 * pair. Arguments: pairs; who asks for the block, malloc (that is, we) or strdup; calls between main and the loop. */
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
static NOINLINE void deeper(long n, int calls)
{
        if (calls > 3)
                deeper(n, calls - 1);
        else
                third(n);
        NO_TAIL;
}
static NOINLINE void first(long n, int calls) { deeper(n, calls); NO_TAIL; }

static double now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 30000000;
        int calls = argc > 3 ? atoi(argv[3]) : 3;
        text = argc > 2 && strcmp(argv[2], "strdup") == 0 ? "forty-seven characters and the zero behind them" : NULL;
        first(n / 100, calls);
        double begin = now_ns();
        first(n, calls);
        printf("%.2f\n", (now_ns() - begin) / (double)n);
        return 0;
}
