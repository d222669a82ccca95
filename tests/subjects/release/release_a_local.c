// An array on the stack, given to free(). (CWE-590)
// expect: UF103 release=drop place=*stack
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char buffer[64] = "x";
        drop(buffer);
        return 0;
}
