// Loses blocks of every size after others were released, and keeps some in its own mapping only, one as jemalloc makes
// them: what jemalloc's records and its caches know of a block does not hold it, nor do stale pointers in what it got
// back.
// env: LD_PRELOAD=libjemalloc.so.2
// needs: lib:libjemalloc.so.2
// expect: UF001 class=definite function=lose blocks=2711
// expect: UF003 class=reachable function=keep blocks=200
// options: --show=all
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* HUGE: one leaf of jemalloc's tree of addresses, which a thread remembers, is for 1 GiB. */
enum { PLACE = 2 << 20, MANY = 40000, HUGE = 1200 << 20 };

static void lose(size_t bytes) { memset(malloc(bytes), 1, bytes < HUGE ? bytes : 1); }
static void *keep(size_t bytes) { return memset(malloc(bytes), 1, bytes); }

/* One that points to all the others, larger than any that a slot describes, and each to the one before it. */
static void *churn(void *unused)
{
        char **blocks = malloc(MANY * sizeof *blocks);
        for (int i = 0; i < MANY; i++) {
                size_t bytes = 16 + (i * 7919u) % 900 + (i % 400 == 0) * 30000;
                blocks[i] = memset(malloc(bytes), 0, bytes);
                *(char **)blocks[i] = i ? blocks[i - 1] : NULL;
        }
        for (int i = 0; i < MANY; i++)
                free(blocks[i]);
        free(blocks);
        return unused;
}

static void lose_all(void)
{
        static const size_t sizes[] = {96, 1000, 2048, 4096, 8192, 20000, 100000, 300000, 3000000};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                for (int k = 0; k < (i == 0 ? 2000 : i == 8 ? 10 : 100); k++)
                        lose(sizes[i]);
        lose(HUGE);
}

static void keep_all(void)
{
        char *place = mmap(NULL, 2 * PLACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char **words = (char **)(((uintptr_t)place + PLACE - 1) & ~(uintptr_t)(PLACE - 1));
        for (int i = 0; i < 200; i++)
                words[i * 16 + 8] = keep(i % 2 ? 50 : 5000);
        words[0] = (char *)PLACE;
}

static void wipe(void)
{
        volatile char stack[20000];
        memset((char *)stack, 0, sizeof stack);
}

int main(void)
{
        pthread_t thread;
        churn(NULL);
        pthread_create(&thread, NULL, churn, NULL);
        pthread_join(thread, NULL);
        keep_all();
        lose_all();
        wipe();
        return 0;
}
