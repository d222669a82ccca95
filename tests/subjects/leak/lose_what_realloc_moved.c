// A block that grew from page to page.
// expect: UF001 class=definite blocks=1 bytes=300000 allocator=realloc
#include "make.h"

static void lose(void)
{
        char *block = malloc(10);
        for (int bytes = 100; bytes <= 300000; bytes += 29990)
                block = realloc(block, bytes);
        realloc(block, 300000);
}

int main(void)
{
        away(lose);
        return 0;
}
