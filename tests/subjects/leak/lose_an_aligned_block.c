// aligned_alloc at a page.
// expect: UF001 class=definite blocks=1 bytes=8192 allocator=aligned_alloc
#include "make.h"

static void lose(void) { aligned_alloc(4096, 8192); }

int main(void)
{
        away(lose);
        return 0;
}
