// As GLib's hash tables do where the heap is in the lowest 4 GiB: pointers of 32 bits, two to a word, in arrays of a power of two.
// The large one is read only where it was written.
// expect: nothing
#include "make.h"

enum { SMALL = 8, LARGE = 1 << 20 };

uint32_t *small, *large;

static void keep(void)
{
        small = calloc(SMALL, sizeof *small);
        for (int i = 0; i < SMALL - 1; i += i == 2 ? 3 : 1)
                small[i] = (uint32_t)(uintptr_t)make(16);
        small[7] = (uint32_t)(uintptr_t)"a constant";
        large = calloc(LARGE, sizeof *large);
        for (int i = 1; i < LARGE; i += LARGE / 5)
                large[i] = (uint32_t)(uintptr_t)make(24);
}

int main(void)
{
        away(keep);
        return 0;
}
