/* W1: churn. 64 small blocks, one of them replaced at each turn, always from depth 5. Argument: turns. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>

static char *blocks[64];
static uint64_t sum;

static NOINLINE char *make(unsigned size)
{
        char *block = malloc(size);
        block[0] = (char)size;
        return block;
}

static NOINLINE void replace(unsigned i, unsigned size)
{
        if (blocks[i])
                sum += (unsigned char)blocks[i][0];
        free(blocks[i]);
        blocks[i] = make(size);
        NO_TAIL;
}

static NOINLINE void turn(struct random *r)
{
        uint32_t n = random_next(r);
        replace(n & 63, 16 + (n >> 8 & 127));
        NO_TAIL;
}

static NOINLINE void run(long turns)
{
        struct random r = {88172645463325252};
        for (long i = 0; i < turns; i++)
                turn(&r);
}

int main(int argc, char **argv)
{
        run(argc > 1 ? atol(argv[1]) : 30000000);
        for (int i = 0; i < 64; i++)
                free(blocks[i]);
        printf("%llu\n", (unsigned long long)sum);
        return 0;
}
