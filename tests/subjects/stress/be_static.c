// A static program: there is no way in, and the runner says so instead of calling it clean.
// expect: nothing
// exit: 125
// report: none
// stderr: statically linked
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
        free(malloc(10));
        puts("ran");
        return 0;
}
