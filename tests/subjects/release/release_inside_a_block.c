// A pointer eight bytes into a block, given to free(). (CWE-761)
// expect: UF103 release=drop place="inside a live block" bytes=64 function=main offset=8
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char *block = malloc(64);
        drop(block + 8);
        free(block);
        return 0;
}
