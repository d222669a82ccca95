// An exec that fails: the program lives on and its leaks count once.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// summary: leaked_bytes=160 leaked_blocks=10
// process: end.how=exit end.code=7
#include "leak_ten.h"
#include <unistd.h>

int main(void)
{
        leak_ten();
        execl("/no/such/program", "program", (char *)NULL);
        return 7;
}
