// A jump over the frame that would have released.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <setjmp.h>

static jmp_buf back;

static void deep(void)
{
        void *block = make(40);
        longjmp(back, 1);
        free(block);
}

static void work(void)
{
        if (setjmp(back) == 0)
                away(deep);
        memset(back, 0, sizeof back);
}

int main(void)
{
        work();
        return 0;
}
