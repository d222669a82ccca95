/* Of blocks of 3,000 bytes four that stand at places for sampled blocks are released, twice each; 8,000 more are made
 * then. Prints how many of the four places were given again, and how many blocks share their address with another. */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8000, PLACES = 4, BYTES = 3000, ROOM = 4160 };
static char *first[BLOCKS], *then[BLOCKS];

static int stands_at_a_place(char *block)
{
        return ((uintptr_t)block & 0xfe0) == 0 && malloc_usable_size(block) >= ROOM;
}

static int compare(const void *a, const void *b)
{
        uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
        return x < y ? -1 : x > y;
}

static void release_twice(char *block)
{
        free(block);
        free(block);
}

int main(void)
{
        char *places[PLACES];
        int n = 0, again = 0, shared = 0;
        for (int i = 0; i < BLOCKS; i++)
                first[i] = malloc(BYTES);
        for (int i = 0; i < BLOCKS && n < PLACES; i++)
                if (stands_at_a_place(first[i])) {
                        places[n++] = first[i];
                        release_twice(first[i]);
                }
        for (int i = 0; i < BLOCKS; i++) {
                then[i] = malloc(BYTES);
                memset(then[i], i, BYTES);
                for (int k = 0; k < n; k++)
                        again += then[i] == places[k];
        }
        for (int i = 0; i < BLOCKS; i++)
                if (then[i][0] != (char)i || then[i][BYTES - 1] != (char)i)
                        shared++;
        qsort(then, BLOCKS, sizeof *then, compare);
        for (int i = 1; i < BLOCKS; i++)
                shared += then[i] == then[i - 1];
        printf("%d of %d, %d\n", again, n, shared);
        return 0;
}
