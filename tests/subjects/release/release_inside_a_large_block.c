// A pointer far into a block of two megabytes. (CWE-761)
// expect: UF103 release=drop place="inside a live block" bytes=2097152 function=main offset=1000000
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char *block = malloc(2 << 20);
        drop(block + 1000000);
        free(block);
        return 0;
}
