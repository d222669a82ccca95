// The corners of the allocator's contract, each printed: sizes that cannot be, alignments that may not be, errno.
// expect: nothing
// plain: same
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *what, void *block)
{
        printf("%s: %s, errno %d\n", what, block ? "a block" : "NULL", errno);
        free(block);
        errno = 0;
}

int main(void)
{
        void *block = (void *)8;
        size_t *volatile half = (size_t *)(SIZE_MAX / 2);
        say("malloc, too much", malloc((size_t)half + 1));
        say("malloc, nothing", malloc(0));
        say("calloc, overflow", calloc((size_t)half, 3));
        say("calloc, nothing", calloc(0, 8));
        say("reallocarray, overflow", reallocarray(NULL, (size_t)half, 3));
        say("aligned_alloc, size no multiple", aligned_alloc(64, 10));
        say("memalign, odd", memalign(24, 10));
        printf("posix_memalign, odd: %d, ", posix_memalign(&block, 24, 10));
        printf("block %s\n", block == (void *)8 ? "untouched" : "changed");
        printf("posix_memalign, too much: %d\n", posix_memalign(&block, 64, (size_t)half + 1));
        printf("posix_memalign, zero: %d\n", posix_memalign(&block, 0, 8));
        for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
                if (posix_memalign(&block, alignment, 100) != 0 || (uintptr_t)block % alignment)
                        printf("posix_memalign %zu: wrong\n", alignment);
                free(block);
                block = aligned_alloc(alignment, alignment);
                if (!block || (uintptr_t)block % alignment)
                        printf("aligned_alloc %zu: wrong\n", alignment);
                free(block);
        }
        block = valloc(10);
        printf("valloc: %d\n", (uintptr_t)block % 4096 == 0);
        free(block);
        block = malloc(100);
        printf("usable: %d\n", malloc_usable_size(block) >= 100);
        memset(block, 'u', malloc_usable_size(block));
        errno = 77;
        free(block);
        printf("errno after free: %d\n", errno);
        block = malloc(10);
        memcpy(block, "123456789", 10);
        errno = 0;
        printf("realloc, too much: %s, %d, %s\n", realloc(block, (size_t)half + 1) ? "a block" : "NULL", errno, (char *)block);
        block = realloc(block, 100000);
        printf("realloc: %s\n", (char *)block);
        printf("realloc to nothing: %s\n", realloc(block, 0) ? "a block" : "NULL");
        printf("usable of NULL: %zu\n", malloc_usable_size(NULL));
        block = calloc(1000, 100);
        int n_not_zero = 0;
        for (int i = 0; i < 100000; i++)
                n_not_zero += ((char *)block)[i] != 0;
        printf("calloc: %d not zero\n", n_not_zero);
        free(block);
        return 0;
}
