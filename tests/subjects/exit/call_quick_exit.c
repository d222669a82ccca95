// Leaves by quick_exit(): only its own handlers run.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=6
// stdout: handler ran
#include "leak_ten.h"
#include <unistd.h>

static void say(void) { (void)!write(1, "handler ran\n", 12); }

int main(void)
{
        at_quick_exit(say);
        leak_ten();
        quick_exit(6);
}
