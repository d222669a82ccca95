// unfreed_root_add: a region of heap that counts though nobody points to it.
// expect: nothing
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static uintptr_t hidden;

static void keep(void)
{
        void **region = calloc(16, sizeof *region);
        region[5] = make(40);
        hidden = ~(uintptr_t)region;
        if (unfreed_active() && (!unfreed_root_add(region, 128) || unfreed_root_add(region, 0) || unfreed_ignore(region) != 1))
                puts("wrong answer");
}

int main(void)
{
        away(keep);
        return 0;
}
