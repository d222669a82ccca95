// A pointer in a packed structure, not at a multiple of eight, does not count: as memcheck and LeakSanitizer see it.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static char packed[32];

static void keep(void)
{
        void *block = make(24);
        memcpy(packed + 3, &block, sizeof block);
}

int main(void)
{
        away(keep);
        return 0;
}
