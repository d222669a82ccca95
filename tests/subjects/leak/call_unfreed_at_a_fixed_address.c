// A program that is no position-independent one finds us as well.
// expect: nothing
// stdout: active 1
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

int main(void)
{
        printf("active %d\n", unfreed_active());
        return 0;
}
