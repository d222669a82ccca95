// The address of a function, given to free(). (CWE-590)
// expect: UF103 release=drop place="a module*"
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        void (*code)(void *) = drop;
        drop((void *)code);
        return 0;
}
