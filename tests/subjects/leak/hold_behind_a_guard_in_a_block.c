// The word that holds lies behind pages that may not be read.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

void *held;

static void keep(void)
{
        char *block = held = aligned_alloc(4096, 65536);
        *(void **)(block + 32768) = make(40);
        mprotect(block + 8192, 8192, PROT_NONE);
}

int main(void)
{
        away(keep);
        return 0;
}
