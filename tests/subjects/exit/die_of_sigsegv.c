// Dies of a wild store.
// expect: UF004 family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten
// signal: 11
// process: end.how=signal end.signal=11
#include "leak_ten.h"

int main(void)
{
        leak_ten();
        *(volatile int *)8 = 1;
}
