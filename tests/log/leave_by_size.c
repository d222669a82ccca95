/* 40,000 blocks of 100 bytes, 4,000 of 5,000 and 100 of 300,000 that are lost, and between them 400,000 of all three sizes
 * that are released: what sampling makes of them is known but for chance. The argument says by which function they come:
 * malloc, calloc, realloc; or `thread`: by malloc, in another thread. */
#include "act.h"

#include <pthread.h>
#include <string.h>

static const char *how = "malloc";

static NOINLINE void *make(size_t size)
{
        void *block = *how == 'c' ? calloc(1, size) : *how == 'r' ? realloc(malloc(8), size) : malloc(size);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void leave_small(void)
{
        make(100);
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void leave_middle(void)
{
        make(5000);
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void leave_large(void)
{
        make(300000);
        __asm__ volatile("" ::: "memory");
}

static void *leave_all(void *unused)
{
        static const size_t sizes[] = {100, 5000, 300000};
        for (int i = 0; i < 40000; i++) {
                leave_small();
                if (i % 10 == 0)
                        leave_middle();
                if (i % 400 == 0)
                        leave_large();
                for (int k = 0; k < 10; k++)
                        free(make(sizes[k % 3]));
        }
        return NULL;
}

int main(int argc, char **argv)
{
        pthread_t thread;
        how = argc > 1 ? argv[1] : how;
        if (strcmp(how, "thread") != 0)
                leave_all(NULL);
        else if (pthread_create(&thread, NULL, leave_all, NULL) == 0)
                pthread_join(thread, NULL);
        return 0;
}
