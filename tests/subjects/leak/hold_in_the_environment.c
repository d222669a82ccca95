// putenv keeps the program's own string.
// expect: nothing
#include "make.h"

static void keep(void) { putenv(strcpy(make(40), "HELD=by the environment")); }

int main(void)
{
        away(keep);
        return 0;
}
