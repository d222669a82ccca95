// Leaves by _Exit(), the C standard's name of _exit().
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=5
#include "leak_ten.h"

int main(void)
{
        leak_ten();
        _Exit(5);
}
