// Leaks in a handler that runs while the process ends.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten
#include "leak_ten.h"

int main(void)
{
        atexit(leak_ten);
        return 0;
}
