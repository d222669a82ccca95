// A block that only a word far inside a large one knows.
// expect: nothing
#include "make.h"

char *large;

static void keep(void)
{
        large = calloc(1, 4 << 20);
        *(void **)(large + (3 << 20)) = make(24);
}

int main(void)
{
        away(keep);
        return 0;
}
