// A string literal, given to free(). (CWE-590)
// expect: UF103 release=drop place="a module*"
#include <stdlib.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        const char *text = "never allocated";
        drop((void *)text);
        return 0;
}
