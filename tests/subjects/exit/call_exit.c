// Leaves by exit() some frames deep.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=0
#include "leak_ten.h"

static void leave(int depth)
{
        if (depth == 0)
                exit(0);
        leave(depth - 1);
}

/* The frames of leave() would lie where the last of those of leak_ten() lay, and their unwritten words would still
 * hold a pointer: keep them apart. */
static void leak_far_below(void)
{
        volatile char room[4096];
        room[0] = 1;
        leak_ten();
}

int main(void)
{
        leak_far_below();
        leave(5);
}
