// Dies by abort(): the runner dies of the same signal.
// expect: UF004 family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten
// signal: 6
// process: end.how=signal end.signal=6
#include "leak_ten.h"

int main(void)
{
        leak_ten();
        abort();
}
