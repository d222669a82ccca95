// The same memory, unmapped.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

static void lose(void)
{
        void **memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memory[1000] = make(40);
        munmap(memory, 65536);
}

int main(void)
{
        away(lose);
        return 0;
}
