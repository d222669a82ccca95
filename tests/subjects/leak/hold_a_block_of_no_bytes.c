// malloc(0), held.
// expect: nothing
#include "make.h"

void *held;

static void keep(void) { held = malloc(0); }

int main(void)
{
        away(keep);
        return 0;
}
