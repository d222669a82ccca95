// A thread-local variable, given to free(). (CWE-590)
// expect: UF103 release=drop
#include <stdlib.h>

static __thread char buffer[32];

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        drop(buffer);
        return 0;
}
