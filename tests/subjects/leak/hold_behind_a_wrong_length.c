// The same place behind a number that is not the length: only the middle.
// expect: UF002 blocks=1 function=make
// exit: 0
#include "make.h"

long *held;

static void keep(void)
{
        long *block = make(8 + 100);
        block[0] = 99;
        held = block + 1;
}

int main(void)
{
        away(keep);
        return 0;
}
