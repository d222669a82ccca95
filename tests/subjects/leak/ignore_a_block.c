// unfreed_ignore: a lost block, and what it leads to, is not reported.
// expect: nothing
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static void lose(void)
{
        if (unfreed_active() && !unfreed_ignore(make_list(3)))
                puts("not ignored");
        if (unfreed_ignore(&lose) || unfreed_ignore(NULL))
                puts("ignored what is no block");
}

int main(void)
{
        away(lose);
        return 0;
}
