// The usual mistake with realloc(): when it fails, the only pointer to the old block is gone. (CWE-401)
// expect: UF001 class=definite function=make bytes=77 blocks=1
#include <stdint.h>
#include <stdlib.h>

static char *make(void) { return malloc(77); }

int main(void)
{
        char *block = make();
        block = realloc(block, PTRDIFF_MAX);
        return block == NULL ? 0 : 1;
}
