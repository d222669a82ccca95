// Marks are made and asked about while other threads allocate, release and resize: nothing is lost or wrong.
// expect: nothing
// allow: UF003
// stdout: asked 200 times
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <pthread.h>
#include <stdio.h>

static volatile int over;

static void *work(void *unused)
{
        while (!over) {
                void *blocks[64];
                for (int i = 0; i < 64; i++)
                        blocks[i] = malloc(16 + i);
                for (int i = 0; i < 64; i++)
                        blocks[i] = realloc(blocks[i], 200);
                for (int i = 0; i < 64; i++)
                        free(blocks[i]);
        }
        return NULL;
}

int main(void)
{
        pthread_t threads[3];
        struct unfreed_site sites[4];
        int asked = 0;
        for (int i = 0; i < 3; i++)
                pthread_create(&threads[i], NULL, work, NULL);
        for (int i = 0; i < 200; i++) {
                uint64_t mark = unfreed_mark();
                asked += mark && unfreed_since(mark, i % 20 ? 0 : UNFREED_JUDGED, sites, 4) >= 0;
                unfreed_mark_end(mark);
        }
        over = 1;
        for (int i = 0; i < 3; i++)
                pthread_join(threads[i], NULL);
        printf("asked %d times\n", asked);
        return 0;
}
