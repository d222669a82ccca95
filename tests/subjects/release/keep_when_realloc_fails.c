// The old block is still known and released: the twin of forget_when_realloc_fails.
// expect: nothing
// plain: same
#include <stdint.h>
#include <stdlib.h>

int main(void)
{
        char *block = malloc(77);
        char *grown = realloc(block, PTRDIFF_MAX);
        free(grown ? grown : block);
        return grown == NULL ? 0 : 1;
}
