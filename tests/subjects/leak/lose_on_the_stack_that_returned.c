// The pointer stood in a frame that is gone; its words are still in memory below.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static void lose(void)
{
        void *volatile block[64];
        for (int i = 0; i < 64; i++)
                block[i] = 0;
        block[32] = make(40);
}

int main(void)
{
        away(lose);
        exit(0);
}
