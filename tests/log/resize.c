/* A block that grows by realloc from 100 to 1,000 bytes in tens (in place or not), one resize that must fail, and one that
 * releases. So: 1 birth of 100, 90 of 110 ... 1,000, one of 1,000 that a failed resize leaves alone. */
#include "act.h"

#include <stdint.h>

NOINLINE static void *grow(void *block, size_t size)
{
        void *grown = realloc(block, size);
        __asm__ volatile("" ::: "memory");
        return grown;
}

int main(void)
{
        volatile size_t too_much = PTRDIFF_MAX;
        void *block = keep(100);
        for (size_t size = 110; size <= 1000; size += 10)
                block = grow(block, size);
        if (grow(block, too_much))
                return 1;
        grow(block, 0);
        return 0;
}
