// aligned_alloc at a page.
// expect: UF001 class=definite blocks=1 bytes=100 allocator=aligned_alloc
#include "make.h"

static void lose(void) { aligned_alloc(4096, 100); }

int main(void)
{
        away(lose);
        return 0;
}
