// The program brings a malloc() of its own, over a static pool: nothing of libc's is left to see.
// expect: nothing
// plain: same
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char pool[1 << 22];
static size_t used;

void *malloc(size_t size)
{
        used = (used + 31) & ~(size_t)15;
        char *block = pool + used;
        *(size_t *)(block - 16) = size;
        used += size;
        return used < sizeof pool ? block : NULL;
}
void free(void *block) { (void)block; }
void *calloc(size_t n, size_t size) { return malloc(n * size); }
void *realloc(void *block, size_t size)
{
        void *other = malloc(size);
        return block ? memcpy(other, block, size < ((size_t *)block)[-2] ? size : ((size_t *)block)[-2]) : other;
}

int main(void)
{
        char *text = strdup("of my own");
        text = realloc(text, 5000);
        puts(text);
        free(text);
        return 0;
}
