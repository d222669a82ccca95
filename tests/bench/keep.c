/* Blocks that live until the end, for the judgement at exit. Arguments: how many, of how many bytes each, and how they
 * are held: array, chain (each by the one before, in random order), lost (the same chain without its head). */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void **all;
static void *head;

static void **shuffled(long n, size_t size)
{
        struct random r = {88172645463325252};
        void **blocks = malloc((size_t)n * sizeof *blocks);
        for (long i = 0; i < n; i++)
                blocks[i] = memset(malloc(size), 0, size);
        for (long i = n - 1; i > 0; i--) {
                long k = (long)(((uint64_t)random_next(&r) << 20 ^ random_next(&r)) % (uint64_t)(i + 1));
                void *other = blocks[i];
                blocks[i] = blocks[k];
                blocks[k] = other;
        }
        return blocks;
}

static void fill_with_pointers_into_others(long n, size_t size)
{
        struct random r = {88172645463325252};
        for (long i = 0; i < n; i++)
                for (size_t at = 0; at < size / sizeof(void *); at++)
                        ((void **)all[i])[at] = (char *)all[random_next(&r) % (uint64_t)n] + size / 2;
        head = (char *)all[0] + size / 2;
        void **list = malloc(sizeof *list);
        *list = all;
        all = list;
}

int main(int argc, char **argv)
{
        long n = argc > 1 ? atol(argv[1]) : 1000000;
        size_t size = argc > 2 ? (size_t)atol(argv[2]) : 64;
        const char *how = argc > 3 ? argv[3] : "array";
        if (size < sizeof(void *) || n < 1)
                return 2;
        if (strcmp(how, "array") == 0 || strcmp(how, "slabs") == 0) {
                all = malloc((size_t)n * sizeof *all);
                for (long i = 0; i < n; i++)
                        all[i] = memset(malloc(size), 0, size);
                if (strcmp(how, "slabs") == 0)
                        fill_with_pointers_into_others(n, size);
        } else {
                void **blocks = shuffled(n, size);
                for (long i = 0; i + 1 < n; i++)
                        *(void **)blocks[i] = blocks[i + 1];
                head = strcmp(how, "lost") == 0 ? NULL : blocks[0];
                free(blocks);
        }
        printf("%p %p\n", (void *)all, head);
        return 0;
}
