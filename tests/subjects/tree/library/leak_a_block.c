// A library with one function, which leaks; for the Python scripts of this folder. It leaks a hundred times: what a fork
// child inherited may hold stale words that point into one or the other of the places where its blocks come to lie.
#include <stdlib.h>
#include <string.h>

void leak_here(void)
{
        for (int i = 0; i < 100; i++)
                memset(malloc(160), 1, 160);
}
