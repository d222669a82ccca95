// Memory that the program mapped itself.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

static void keep(void)
{
        void **memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memory[1000] = make(40);
}

int main(void)
{
        away(keep);
        return 0;
}
