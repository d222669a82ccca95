// The only pointer is overwritten by the next block. (CWE-401)
// expect: UF001 class=definite function=main bytes=1000 blocks=9
#include <stdlib.h>

int main(void)
{
        char *block = NULL;
        for (int i = 0; i < 10; i++)
                block = i < 9 ? malloc(i < 8 ? 100 : 200) : malloc(50);
        free(block);
        return 0;
}
