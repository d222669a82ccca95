// A pointer one byte into a block: not even aligned. (CWE-761)
// expect: UF103 release=drop place="inside a live block" bytes=10 function=main offset=1
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char *block = malloc(10);
        drop(block + 1);
        free(block);
        return 0;
}
