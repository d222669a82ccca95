// Dies of a signal that it does not handle.
// expect: UF004 family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten
// signal: 15
// process: end.how=signal end.signal=15
#include "leak_ten.h"
#include <signal.h>

int main(void)
{
        leak_ten();
        raise(SIGTERM);
}
