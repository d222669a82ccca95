// A library with one function, which leaks; for the Python scripts of this folder. It leaks a hundred times: a live
// block of the interpreter may hold a stale word, as in the padding of a string that was made where a pointer stood, and
// so make one or two of them possible.
#include <stdlib.h>
#include <string.h>

void leak_here(void)
{
        for (int i = 0; i < 100; i++)
                memset(malloc(160), 1, 160);
}
