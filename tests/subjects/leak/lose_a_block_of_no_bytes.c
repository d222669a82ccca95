// malloc(0) gives a block that must be released, too.
// expect: UF001 class=definite blocks=1 bytes=0
#include "make.h"

static void lose(void) { malloc(0); }

int main(void)
{
        away(lose);
        return 0;
}
