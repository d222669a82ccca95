// A static buffer is grown by realloc(). (CWE-590)
// expect: UF103 place="a module*" release=grow
#include <stdlib.h>

static char first[16];

static void *grow(void *buffer) { return realloc(buffer, 400); }

int main(void)
{
        free(grow(first));
        return 0;
}
