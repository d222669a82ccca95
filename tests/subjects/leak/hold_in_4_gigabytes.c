// One word in a mapping of four gigabytes, of which one page exists: neither slow nor made to exist.
// expect: nothing
// timeout: 20
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

static void keep(void)
{
        size_t bytes = (size_t)4 << 30;
        char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        *(void **)(memory + bytes / 2) = make(40);
}

int main(void)
{
        away(keep);
        return 0;
}
