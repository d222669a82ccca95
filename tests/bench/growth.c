/* W6: growth. Buffers that realloc() makes half as large again until they hold a megabyte, filled as they grow.
 * Argument: buffers. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static NOINLINE unsigned char *grow(unsigned char *buffer, size_t old_size, size_t size)
{
        buffer = realloc(buffer, size);
        memset(buffer + old_size, (int)size, size - old_size);
        return buffer;
}

int main(int argc, char **argv)
{
        struct random r = {88172645463325252};
        long n_buffers = argc > 1 ? atol(argv[1]) : 8000;
        uint64_t sum = 0;
        unsigned char *kept[16] = {0};
        for (long i = 0; i < n_buffers; i++) {
                size_t size = 16 + (random_next(&r) & 63), old_size = 0;
                unsigned char *buffer = NULL;
                for (; size < 1 << 20; old_size = size, size += size / 2)
                        buffer = grow(buffer, old_size, size);
                sum += buffer[old_size - 1] + buffer[0];
                free(kept[i & 15]);
                kept[i & 15] = buffer;
        }
        for (int i = 0; i < 16; i++)
                free(kept[i]);
        printf("%llu\n", (unsigned long long)sum);
        return 0;
}
