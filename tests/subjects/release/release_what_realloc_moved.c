// The old address is released after realloc() moved the block. (CWE-415)
// expect: UF102 family=malloc function=make release=drop
#include <stdlib.h>

static void *make(void) { return malloc(100); }
static void drop(void *block) { free(block); }

int main(void)
{
        void *block = make(), *fence = malloc(100);
        void *grown = realloc(block, 100000);
        if (grown != block)
                drop(block);
        free(grown);
        free(fence);
        return 0;
}
