// A lost block whose middle pages may not be read, and a held one of the same kind.
// expect: UF001 class=definite blocks=1 function=lose bytes=65536
// plain: same
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <stdio.h>

void *held;

static void *guarded(char *block)
{
        mprotect(block + 8192, 8192, PROT_NONE);
        return block;
}

static void lose(void) { guarded(aligned_alloc(4096, 65536)); }
static void keep(void) { held = guarded(aligned_alloc(4096, 1 << 20)); }

int main(void)
{
        away(lose);
        away(keep);
        puts("done");
        return 0;
}
