// A library with one function, which leaks; for the Python scripts of this folder.
#include <stdlib.h>
#include <string.h>

// What memset() left in registers and below the stack would else lie there when the interpreter looks like holding it.
static void __attribute__((noinline)) wipe(void)
{
        volatile char room[4096];
        for (unsigned i = 0; i < sizeof room; i++)
                room[i] = 0;
}

int leak_here(void)
{
        memset(malloc(160), 1, 160);
        wipe();
        return 0;
}
