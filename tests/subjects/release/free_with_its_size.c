// free_sized() and free_aligned_sized() are told the truth: the twin of free_with_another_size.
// expect: nothing
// plain: same
#include <stdlib.h>

extern void free_sized(void *block, size_t size) __attribute__((weak));
extern void free_aligned_sized(void *block, size_t alignment, size_t size) __attribute__((weak));

int main(void)
{
        if (free_sized && free_aligned_sized) {
                free_sized(malloc(100), 100);
                free_sized(calloc(10, 10), 100);
                free_sized(realloc(malloc(10), 1000), 1000);
                free_aligned_sized(aligned_alloc(64, 192), 64, 192);
                free_sized(NULL, 5);
        }
        return 0;
}
