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

int main(void)
{
        leak_ten();
        leave(5);
}
