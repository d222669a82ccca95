// Who gave up rights may not read its own page map: memory that is mostly holes is not filled for that, nor waited for.
// expect: UF001 class=definite blocks=1 function=lose
// timeout: 6
// plain: same
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>

static const size_t bytes = (size_t)64 << 30;
static void **sparse;

static void lose(void) { memset(malloc(40), 1, 40); }

static void keep(void)
{
        for (size_t at = 0; at < bytes; at += bytes / 8)
                sparse[at / sizeof *sparse] = make(100);
}

int main(void)
{
        sparse = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (sparse == MAP_FAILED)
                return 0;
        away(keep);
        away(lose);
        if (geteuid() == 0)
                setresuid(65534, 65534, 65534);
        return 0;
}
