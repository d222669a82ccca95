// The program defines malloc() and free() itself, over what the C library has under other names, and takes calloc() and
// realloc() as they are. What those give it releases past every door, and an address that realloc() left comes again.
// expect: nothing
// plain: same
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void __libc_free(void *);

static unsigned n_given, n_released;

void *malloc(size_t size)
{
        n_given++;
        return __libc_malloc(size);
}

void free(void *block)
{
        n_released++;
        __libc_free(block);
}

int main(void)
{
        void *aligned = NULL;
        for (int i = 0; i < 50; i++) {
                char *zeroed = calloc(3, 50 + i), *text = strdup("kept by what realloc makes of it");
                char *barrier = malloc(24);
                text = realloc(text, 3000 + i * 16);
                if (strcmp(text, "kept by what realloc makes of it") != 0)
                        printf("turn %d: lost what was in it\n", i);
                posix_memalign(&aligned, 64, 100);
                free(zeroed);
                free(barrier);
                free(text);
                free(aligned);
        }
        printf("%s\n", n_given > 99 && n_released > 199 ? "all came here" : "some did not");
        return 0;
}
