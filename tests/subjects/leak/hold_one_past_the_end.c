// A pointer past the last byte does not hold the block.
// expect: UF001 class=definite blocks=1 function=make bytes=24
#include "make.h"

char *end;

static void keep(void) { end = (char *)make(24) + 24; }

int main(void)
{
        away(keep);
        return 0;
}
