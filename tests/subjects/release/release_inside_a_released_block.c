// A pointer into a block that is already gone. (CWE-761)
// expect: UF103 release=drop place=inside*
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char *block = malloc(64);
        free(block);
        drop(block + 16);
        return 0;
}
