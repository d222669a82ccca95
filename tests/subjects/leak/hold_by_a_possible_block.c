// A start pointer in a block that is only possibly held: possible as well.
// expect: UF002 blocks=1 function=keep
// expect: UF002 blocks=1 function=make
// exit: 0
#include "make.h"

char *middle;

static void keep(void)
{
        void **outer = calloc(8, sizeof *outer);
        outer[1] = make(40);
        middle = (char *)(outer + 4);
}

int main(void)
{
        away(keep);
        return 0;
}
