// A string of the environment (the stack, above main), given to free(). (CWE-590)
// expect: UF103 release=drop place=*stack
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        extern char **environ;
        drop(environ[0]);
        return 0;
}
