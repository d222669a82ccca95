// Leaves by returning from main; what stdio still buffers comes out.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// summary: leaked_bytes=160 leaked_blocks=10
// process: end.how=exit end.code=3
// stdout: last words
#include "leak_ten.h"
#include <stdio.h>

int main(void)
{
        leak_ten();
        printf("last words");
        return 3;
}
