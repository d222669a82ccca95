// Four threads grow and shrink blocks, so that addresses pass from one to the other within nanoseconds.
// expect: nothing
// timeout: 60
#include <pthread.h>
#include <stdlib.h>

static void *grow(void *seed)
{
        unsigned n = (unsigned)(size_t)seed;
        char *blocks[16] = {0};
        for (int i = 0; i < 60000; i++) {
                n = n * 1103515245 + 12345;
                char *block = realloc(blocks[n >> 8 & 15], 1 + (n >> 12) % 2000);
                block[0] = 1;
                blocks[n >> 8 & 15] = block;
        }
        for (int i = 0; i < 16; i++)
                free(blocks[i]);
        return NULL;
}

int main(void)
{
        pthread_t threads[4];
        for (size_t i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, grow, (void *)(i + 1));
        for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
