// A length stands in front, and the pointer behind it, as sqlite3 keeps them.
// expect: nothing
#include "make.h"

long *held;

static void keep(void)
{
        long *block = make(8 + 100);
        block[0] = 100;
        held = block + 1;
}

int main(void)
{
        away(keep);
        return 0;
}
