// A library with one function, which leaks; for the Python scripts of this folder. A live block of the interpreter may hold
// a stale word, as in the padding of a string that was made where a pointer stood, and so make a few of the first ones
// possible, which stand where others stood before. So it leaks ten thousand times: most stand where nothing ever did.
#include <stdlib.h>
#include <string.h>

void leak_here(void)
{
        for (int i = 0; i < 10000; i++)
                memset(malloc(160), 1, 160);
}
