// Judging is switched off: what is alive at exit is not accused, and the process says so.
// env: UNFREED_OPTIONS=detect_leaks=0
// expect: UF004 function=make bytes=100 blocks=1
// process: judged=not unjudged=off
#include "make.h"

int main(void)
{
        make(100);
        return 0;
}
