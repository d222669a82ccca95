// unfreed_root_remove: then it does not count any more.
// expect: UF001 class=definite function=keep
// expect: UF001 class=indirect function=make
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static uintptr_t hidden;

static void keep(void)
{
        void **region = calloc(16, sizeof *region);
        region[5] = make(40);
        hidden = ~(uintptr_t)region;
        if (unfreed_active() && (!unfreed_root_add(region, 128) || !unfreed_root_remove(region, 128) || unfreed_root_remove(region, 128)))
                puts("wrong answer");
}

int main(void)
{
        away(keep);
        return 0;
}
