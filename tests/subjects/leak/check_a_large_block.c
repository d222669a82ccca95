// unfreed_check counts lost blocks of every size, and forgets what it said of them.
// expect: UF001 class=definite blocks=1 function=make bytes=1048576
// expect: UF001 class=definite blocks=1 function=make bytes=40
// stdout: 1 2 2
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static long counts[3];
static void lose(void) { make(40); }
static void lose_much(void) { make(1 << 20); }
static void look_0(void) { counts[0] = unfreed_check(); }
static void look_1(void) { counts[1] = unfreed_check(); }
static void look_2(void) { counts[2] = unfreed_check(); }

int main(void)
{
        away(lose);
        away(look_0);
        away(lose_much);
        away(look_1);
        away(look_2);
        printf("%ld %ld %ld\n", counts[0], counts[1], counts[2]);
        return 0;
}
