// A copy of it on the heap is grown: the twin of realloc_a_static.
// expect: nothing
// plain: same
#include <stdlib.h>
#include <string.h>

static char first[16];

int main(void)
{
        char *copy = malloc(sizeof first);
        memcpy(copy, first, sizeof first);
        copy = realloc(copy, 400);
        free(copy);
        return 0;
}
