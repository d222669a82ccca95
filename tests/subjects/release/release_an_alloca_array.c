// Memory of alloca(), given to free(). (CWE-590)
// expect: UF103 release=drop place=*stack
#include <stdlib.h>
#include <alloca.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        char *buffer = alloca(100);
        buffer[0] = 0;
        drop(buffer);
        return 0;
}
