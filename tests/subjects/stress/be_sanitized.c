// Built with AddressSanitizer, whose runtime ends a program that another library was loaded before: the runner says why.
// expect: nothing
// exit: 125
// report: none
// needs: lib:libasan.so.8
// stderr: built with AddressSanitizer
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
        free(malloc(10));
        puts("ran");
        return 0;
}
