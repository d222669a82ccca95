/* W2: random recursion. A chain of 7 calls through functions picked at random, then a binary tree of calls eight levels
 * deep below it, each of whose calls makes a block, calls twice, and releases it. A level is two frames in the chain and
 * three in the tree: most stacks are about 41 frames deep and no two in a row are the same. Only the chain is random (2^7
 * ways), the tree has 2^8 leaves: 2^15 different deepest stacks, as many as a large program has. Argument: chains. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHAIN = 7, TREE = 8, KINDS = 2 };

static struct random r = {88172645463325252};
static uint64_t sum;
static void descend(int depth);

static NOINLINE void leaf_or_branch(int depth)
{
        unsigned char *block = malloc(16 + (random_next(&r) & 63));
        block[0] = (unsigned char)depth;
        if (depth < CHAIN + TREE) {
                /* One call site, and a loop that is not unrolled: no more stacks than functions are picked. */
                for (volatile int i = 0; i < 2; i++)
                        descend(depth + 1);
        }
        sum += block[0];
        free(block);
}

/* Functions of different frames, so that each has an unwind rule of its own. */
#define KIND(n)                                                                                                        \
        static NOINLINE void kind_##n(int depth)                                                                       \
        {                                                                                                              \
                volatile char room[8 + n * 24];                                                                        \
                room[0] = (char)depth;                                                                                 \
                if (depth < CHAIN)                                                                                     \
                        descend(depth + 1);                                                                            \
                else                                                                                                   \
                        leaf_or_branch(depth);                                                                         \
                sum += (unsigned char)room[0];                                                                         \
        }
KIND(0) KIND(1)

static void (*const kinds[KINDS])(int) = {kind_0, kind_1};

static void descend(int depth)
{
        kinds[(depth < CHAIN ? random_next(&r) : (uint64_t)depth) % KINDS](depth);
        NO_TAIL;
}

int main(int argc, char **argv)
{
        long chains = argc > 1 ? atol(argv[1]) : 30000;
        for (long i = 0; i < chains; i++)
                descend(1);
        printf("%llu\n", (unsigned long long)sum);
        return 0;
}
