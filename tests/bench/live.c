/* W3: many live blocks. 300,000 blocks of mixed sizes, one of them replaced at each turn from one of 64 call sites.
 * Argument: turns. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIVE = 300000 };

static char *blocks[LIVE];
static uint64_t sum;

/* Mostly small, a few of some pages, as programs have them. */
static size_t size_of(uint32_t n)
{
        if ((n & 15) < 12)
                return 16 + (n >> 8) % 112;
        return (n & 15) < 15 ? 128 + (n >> 8) % 900 : 1024 + (n >> 8) % 7000;
}

#define SITE(n) static NOINLINE char *make_##n(size_t size) { char *b = malloc(size); b[0] = (char)size; return b; }
#define SITES(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
SITES(SITE)
#define NAME(n) make_##n,
static char *(*const makers[16])(size_t) = {SITES(NAME)};

#define LAYER(n) static NOINLINE char *layer_##n(uint32_t k) { char *b = makers[k >> 4 & 15](size_of(k)); NO_TAIL; return b; }
LAYER(0) LAYER(1) LAYER(2) LAYER(3)
static char *(*const layers[4])(uint32_t) = {layer_0, layer_1, layer_2, layer_3};

int main(int argc, char **argv)
{
        struct random r = {88172645463325252};
        long turns = argc > 1 ? atol(argv[1]) : 4000000;
        for (long i = 0; i < turns; i++) {
                uint32_t k = i < LIVE ? (uint32_t)i : random_next(&r) % LIVE, n = random_next(&r);
                if (blocks[k])
                        sum += (unsigned char)blocks[k][0];
                free(blocks[k]);
                blocks[k] = layers[n & 3](n);
        }
        for (int i = 0; i < LIVE; i++)
                free(blocks[i]);
        printf("%llu\n", (unsigned long long)sum);
        return 0;
}
