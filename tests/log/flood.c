/* As many pairs as the first argument says, of sizes that do not repeat (a log of a few megabytes for each million), or all
 * of the size that is the second. Prints how many milliseconds the slowest one took. */
#include "act.h"

#include <stdint.h>
#include <stdio.h>

static uint64_t now_ns(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
        uint64_t slowest = 0, before = now_ns();
        uint32_t random = 1;
        size_t same = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
        for (long n = argc > 1 ? atol(argv[1]) : 1000; n > 0; n--) {
                random = random * 1664525 + 1013904223;
                free(keep(same ? same : 16 + (random >> 8) % 1000));
                uint64_t now = now_ns();
                slowest = now - before > slowest ? now - before : slowest;
                before = now;
        }
        printf("%llu\n", (unsigned long long)(slowest / 1000000));
        return 0;
}
