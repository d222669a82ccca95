// The same invalid release fifty thousand times: one finding and a count. (CWE-590)
// expect: UF103 place=*stack release=drop count=50000
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char buffer[64];
        for (int i = 0; i < 50000; i++)
                drop(buffer);
        return 0;
}
