// A block that was given unseen, out of the memory of one that was released: neither is released wrongly.
// expect: nothing
// stdout: inside
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);

int main(void)
{
        char *large = malloc(20000), *wall = malloc(16);
        memset(large, 1, 20000);
        free(large);
        void *first = __libc_malloc(3000);
        char *inside = __libc_malloc(3000);
        // The first one stands where the large one began, and releasing it would look like doing that twice.
        printf(inside > large && inside < large + 20000 && first ? "inside\n" : "elsewhere\n");
        free(inside);
        free(wall);
        return 0;
}
