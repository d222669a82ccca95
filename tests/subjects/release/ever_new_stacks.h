/* Releases from ever new stacks: a tree of calls whose path, 40 times left or right, is another one each time */
#ifndef EVER_NEW_STACKS_H
#define EVER_NEW_STACKS_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t path_of_last = 88172645463325252u;

static uint64_t path_new(void)
{
        path_of_last ^= path_of_last << 13;
        path_of_last ^= path_of_last >> 7;
        return path_of_last ^= path_of_last << 17;
}

typedef void act(void *block);
static volatile int n_returned; /* no call is the last act of its function */

static __attribute__((noinline)) void go(act *leaf, void *block, uint64_t path, int steps);
static __attribute__((noinline)) void left(act *leaf, void *block, uint64_t path, int steps)
{
        go(leaf, block, path, steps);
        n_returned++;
}
static __attribute__((noinline)) void right(act *leaf, void *block, uint64_t path, int steps)
{
        go(leaf, block, path, steps);
        n_returned++;
}
static void go(act *leaf, void *block, uint64_t path, int steps)
{
        if (steps == 0)
                leaf(block);
        else if (path & 1)
                left(leaf, block, path >> 1, steps - 1);
        else
                right(leaf, block, path >> 1, steps - 1);
        n_returned++;
}

#define DROP(name)                                                                                                     \
        static __attribute__((noinline, unused)) void name(void *block)                                                \
        {                                                                                                              \
                free(block);                                                                                           \
                n_returned++;                                                                                          \
        }
DROP(drop_at_the_end)
DROP(drop)
DROP(drop_again)

/* Release it from a stack that never was and never will be. */
static void release_somewhere(void *block) { go(drop_at_the_end, block, path_new(), 40); }

/* So many blocks made and released that nothing about the stacks of the first can be kept for free. */
static void churn(int n)
{
        while (n-- > 0) {
                void *block = malloc(24);
                release_somewhere(block);
        }
}

#endif
