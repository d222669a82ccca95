// Only the new address is released: the twin of release_what_realloc_moved.
// expect: nothing
// plain: same
#include <stdlib.h>

int main(void)
{
        char *block = malloc(1), *fence = NULL;
        for (size_t size = 1; size < 1000000; size *= 3) {
                free(fence);
                fence = malloc(size);
                block = realloc(block, size);
        }
        free(block);
        free(fence);
        return 0;
}
