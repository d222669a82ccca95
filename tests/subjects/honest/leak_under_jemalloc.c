// Leaks and a double release when the next allocator is jemalloc, which hands out blocks of eight bytes.
// needs: lib:libjemalloc.so.2
// expect: UF001 class=definite function=leak blocks>=9990
// expect: UF102 function=make release=drop first_release=drop bytes=8
#include <stdlib.h>

static void *make(void) { return malloc(8); }
static void drop(void *block) { free(block); }
static void leak(void) { *(long *)malloc(8) = 1; }

int main(void)
{
        for (int i = 0; i < 10000; i++)
                leak();
        void *block = make();
        drop(block);
        drop(block);
        return 0;
}
