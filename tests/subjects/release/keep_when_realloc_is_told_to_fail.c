// The old block is released when realloc fails. (CWE-401)
// options: --fail=realloc:SIZE>=100000
// expect: nothing
#include <stdlib.h>

static int grow_carefully(void)
{
        char *text = malloc(1000);
        char *longer = realloc(text, 200000);
        if (longer == NULL) {
                free(text);
                return 1;
        }
        free(longer);
        return 0;
}

int main(void) { return grow_carefully() == 1 ? 0 : 2; }
