// A __thread variable of the first thread.
// expect: nothing
#include "make.h"

static __thread void *held;

static void keep(void) { held = make(40); }

int main(void)
{
        away(keep);
        return 0;
}
