// A library with one function, which leaks; for the Python scripts of this folder.
#include <stdlib.h>
#include <string.h>

void leak_here(void) { memset(malloc(160), 1, 160); }
