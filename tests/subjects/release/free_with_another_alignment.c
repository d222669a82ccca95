// free_aligned_sized() is told another alignment than aligned_alloc() was. (CWE-131)
// expect: UF105 family=malloc function=make release=drop bytes=512
// plain: same
#include <stdlib.h>

extern void free_aligned_sized(void *block, size_t alignment, size_t size) __attribute__((weak));

static void *make(void) { return aligned_alloc(256, 512); }

static void drop(void *block)
{
        if (free_aligned_sized)
                free_aligned_sized(block, 32, 512);
        else
                free(block);
}

int main(void)
{
        drop(make());
        return 0;
}
