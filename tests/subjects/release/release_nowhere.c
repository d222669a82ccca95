// An address where there is nothing, given to free(). (CWE-590)
// expect: UF103 release=drop place=unmapped*
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        unsigned long number = 0x123450;
        drop((void *)number);
        return 0;
}
