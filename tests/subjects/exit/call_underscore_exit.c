// Leaves by _exit(): no handler runs.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=4
#include "leak_ten.h"
#include <unistd.h>

int main(void)
{
        leak_ten();
        _exit(4);
}
