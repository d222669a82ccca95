// Only a pointer into the middle is left: possibly lost.
// expect: UF002 blocks=1 function=make bytes=64 note="only a pointer into the middle is left; the first one met is held by the variable middle of hold_by_the_middle"
// exit: 0
#include "make.h"

char *middle;

static void keep(void) { middle = (char *)make(64) + 24; }

int main(void)
{
        away(keep);
        return 0;
}
