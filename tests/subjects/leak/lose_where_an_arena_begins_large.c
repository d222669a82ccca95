// A thread's arena begins with blocks of more than 128 KiB: all of it is heap, also what only stale words of it name.
// expect: UF001 class=definite bytes=131096 blocks=1 function=lose_large
// expect: UF001 class=definite bytes=100 blocks=1 function=lose_behind
#include "make.h"
#include <malloc.h>
#include <pthread.h>

__attribute__((noinline)) static void *lose_behind(void) { return memset(malloc(100), 'm', 100); }
__attribute__((noinline)) static void lose_large(void) { memset(malloc(131096), 'm', 131096); }

static void *run_large(void *unused)
{
        lose_large();
        return unused;
}

static void *run_behind(void *unused)
{
        void **large = make(200000), *behind = make(64);
        large[20000] = lose_behind();
        free(large);
        free(behind);
        return unused;
}

int main(void)
{
        pthread_t thread;
        mallopt(M_MMAP_THRESHOLD, 1 << 20);
        pthread_create(&thread, NULL, run_large, NULL);
        pthread_join(thread, NULL);
        pthread_create(&thread, NULL, run_behind, NULL);
        pthread_join(thread, NULL);
        return 0;
}
