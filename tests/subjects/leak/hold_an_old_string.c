// The layout of reference-counted strings: length, capacity and count before the characters.
// expect: nothing
#include "make.h"

char *held;

static void keep(void)
{
        long *block = make(24 + 30 + 1);
        block[0] = 5;
        block[1] = 30;
        block[2] = 0;
        held = (char *)(block + 3);
}

int main(void)
{
        away(keep);
        return 0;
}
