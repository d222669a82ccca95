// The program defines malloc() and free() itself, and both lead to the next ones of that name: then all is seen as ever.
// expect: UF001 class=definite function=lose bytes=77 blocks=1
// plain: same
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *malloc(size_t size)
{
        static void *(*next)(size_t);
        if (!next)
                next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
        return next(size);
}

void free(void *block)
{
        static void (*next)(void *);
        if (!next)
                next = (void (*)(void *))dlsym(RTLD_NEXT, "free");
        next(block);
}

static void lose(void)
{
        char *volatile lost = calloc(7, 11);
        lost[0] = 1;
        lost = NULL;
}

int main(void)
{
        free(malloc(10));
        lose();
        for (int i = 0; i < 20; i++)
                free(realloc(malloc(20), 5000));
        return 0;
}
