// unfreed_check counts what is lost now and leaves the judgement at the end alone.
// expect: UF001 class=definite blocks=4 function=make_node indirect_blocks=3
// stdout: before 0, between 4, after 4
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>

static long before, between, after;

static void lose(void) { make_list(4); }
static void look(long *number) { *number = unfreed_check(); }
static void look_before(void) { look(&before); }
static void look_between(void) { look(&between); }
static void look_after(void) { look(&after); }

int main(void)
{
        away(look_before);
        away(lose);
        away(look_between);
        away(look_after);
        printf("before %ld, between %ld, after %ld\n", before, between, after);
        return 0;
}
