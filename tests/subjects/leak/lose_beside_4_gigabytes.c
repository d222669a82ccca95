// Four gigabytes of shared memory that nobody touched hold nothing, and stay untouched.
// expect: UF001 class=definite blocks=1 function=make
// timeout: 20
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

static void lose(void)
{
        mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        make(40);
}

int main(void)
{
        away(lose);
        return 0;
}
