// Four mebibytes, which the allocator maps.
// expect: UF001 class=definite blocks=1 bytes=4194304
#include "make.h"

static void lose(void) { make(4 << 20); }

int main(void)
{
        away(lose);
        return 0;
}
