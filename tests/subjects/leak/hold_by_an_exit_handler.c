// on_exit keeps the argument of a handler that has not run yet when the process leaves by _exit.
// expect: nothing
#include "make.h"
#include <unistd.h>

static void handler(int status, void *block) { free(block); }

static void keep(void) { on_exit(handler, make(40)); }

int main(void)
{
        away(keep);
        _exit(0);
}
