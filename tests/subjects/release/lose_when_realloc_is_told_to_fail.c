// The old block is lost when realloc fails, which it never does: unless it is told to. (CWE-401)
// options: --fail=realloc:SIZE>=100000
// expect: UF001 class=definite family=malloc function=grow_carelessly bytes=1000 blocks=1
#include <stdlib.h>

static int grow_carelessly(void)
{
        char *text = malloc(1000);
        text[0] = 'x';
        text = realloc(text, 200000);
        if (text == NULL)
                return 1;
        free(text);
        return 0;
}

int main(void) { return grow_carelessly() == 1 ? 0 : 2; }
