// Built with AddressSanitizer, whose runtime ends a program that another library was loaded before: it is run without
// ours, and the runner says so.
// expect: nothing
// exit: 125
// report: none
// needs: lib:libasan.so.8
// stderr: built with AddressSanitizer
// stdout: ran
// plain: same
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
        free(malloc(10));
        puts("ran");
        return 0;
}
