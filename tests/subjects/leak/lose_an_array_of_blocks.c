// An array of a hundred blocks is lost, and they with it.
// expect: UF001 class=definite blocks=1 indirect_blocks=100 function=lose
// expect: UF001 class=indirect function=make blocks=100
#include "make.h"

static void lose(void)
{
        void **all = calloc(100, sizeof *all);
        for (int i = 0; i < 100; i++)
                all[i] = make(16);
}

int main(void)
{
        away(lose);
        return 0;
}
