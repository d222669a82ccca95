// Without us every call does nothing, and nothing had to be linked.
// expect: nothing
// run: env -u LD_PRELOAD {self}
// stdout: 0 0 0 0 0
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

int main(void)
{
        unfreed_ignore_begin();
        unfreed_ignore_end();
        printf("%d %d %d %d %d\n", unfreed_active(), (int)unfreed_check(), unfreed_ignore("x"), unfreed_root_add("x", 1),
               unfreed_root_remove("x", 1));
        return 0;
}
