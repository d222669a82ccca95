// Made before main, held by a static.
// expect: nothing
#include "make.h"

static void *held;

__attribute__((constructor)) static void begin(void) { held = make(40); }

int main(void)
{
        return 0;
}
