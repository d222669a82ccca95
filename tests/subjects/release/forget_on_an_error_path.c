// The error path returns without releasing what was made before it. (CWE-401)
// expect: UF001 class=definite function=parse bytes=120 blocks=1
#include <stdlib.h>

static int parse(const char *text)
{
        char *scratch = malloc(120);
        if (text[0] == '!')
                return -1;
        free(scratch);
        return 0;
}

int main(void) { return parse("fine") == 0 && parse("!") == -1 ? 0 : 1; }
