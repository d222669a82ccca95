// An array of a hundred blocks, held.
// expect: nothing
#include "make.h"

void **all;

static void keep(void)
{
        all = calloc(100, sizeof *all);
        for (int i = 0; i < 100; i++)
                all[i] = make(16);
}

int main(void)
{
        away(keep);
        return 0;
}
