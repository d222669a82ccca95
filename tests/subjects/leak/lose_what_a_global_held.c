// The only pointer was a global, and it was set to NULL.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

void *global;

static void lose(void)
{
        global = make(40);
        global = NULL;
}

int main(void)
{
        away(lose);
        return 0;
}
