// free_sized() is told a size that is not the block's. Where libc has no free_sized() yet, a run without us calls
// free(). (CWE-131)
// expect: UF105 family=malloc function=make release=drop bytes=100
// plain: same
#include <stdlib.h>

extern void free_sized(void *block, size_t size) __attribute__((weak));

static void *make(void) { return malloc(100); }

static void drop(void *block)
{
        if (free_sized)
                free_sized(block, 99);
        else
                free(block);
}

int main(void)
{
        drop(make());
        return 0;
}
