// Memory that the program has written and then protects holds what it points to: a sealed configuration, code made at run
// time, a variable of the program's.
// expect: nothing
#include "make.h"
#include <sys/mman.h>

static void *sealed[512] __attribute__((aligned(4096)));
static void **page, **code, **shared;

static void keep(void)
{
        sealed[7] = make(100);
        page[1] = make(200);
        code[2] = make(300);
        shared[3] = make(400);
}

int main(void)
{
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || code == MAP_FAILED || shared == MAP_FAILED)
                return 1;
        away(keep);
        if (mprotect(sealed, sizeof sealed, PROT_READ) || mprotect(page, 4096, PROT_READ) ||
            mprotect(code, 4096, PROT_READ | PROT_EXEC) || mprotect(shared, 4096, PROT_READ))
                return 2;
        return 0;
}
