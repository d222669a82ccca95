// Blocks whose neighbours were released: the allocator's own lists point right behind them, and must not count.
// expect: UF001 class=definite blocks=20 function=lose bytes=560
#include "make.h"

static void lose(void)
{
        void *fill[40];
        for (int i = 0; i < 40; i++)
                fill[i] = i % 2 ? malloc(200) : malloc(28);
        for (int i = 1; i < 40; i += 2)
                free(fill[i]);
        for (int size = 1000; size < 2000; size += 100)
                free(malloc(size));
}

int main(void)
{
        away(lose);
        return 0;
}
