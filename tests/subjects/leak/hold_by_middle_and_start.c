// A pointer into the middle is met first, one to the start later: held.
// expect: nothing
#include "make.h"

void *pointers[2];

static void keep(void)
{
        void **outer = calloc(8, sizeof *outer);
        outer[1] = make(40);
        pointers[0] = outer + 4;
        pointers[1] = outer;
}

int main(void)
{
        away(keep);
        return 0;
}
