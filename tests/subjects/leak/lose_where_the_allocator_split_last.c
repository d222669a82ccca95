// libc remembers the chunk that it split last, also when a lost block has grown over it: that is no pointer of the program's.
// expect: UF001 class=definite bytes=300 blocks=1 function=lose
#include "make.h"

static void lose(void)
{
        char *first = make(5000), *behind = make(24);
        free(first);
        for (int i = 0; i < 40; i++)
                free(make(9000)); /* what is released is held back for a while */
        first = make(40);            /* splits what was released */
        first = realloc(first, 300); /* grows into the rest */
        memset(first, 0x5a, 300);
        free(behind);
}

int main(void)
{
        away(lose);
        return 0;
}
