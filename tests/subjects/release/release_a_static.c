// A static array, given to free(). (CWE-590)
// expect: UF103 release=drop place="a module*"
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        static char buffer[64];
        drop(buffer);
        return 0;
}
