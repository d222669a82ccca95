/* What the subjects over another allocator do: threads that pass blocks on, every kind of request, five thousand blocks
 * that are lost (those that an allocator's cache still has the addresses of pass for held), and one released twice. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile lost;

static void *make(size_t bytes) { return memset(malloc(bytes), 1, bytes); }
static void drop(void *block) { free(block); }
static void lose(void) { lost = make(200); }

static void *churn(void *unused)
{
        void *blocks[64] = {0};
        for (unsigned i = 0; i < 20000; i++) {
                unsigned k = i * 7 % 64;
                free(blocks[k]);
                blocks[k] = i % 5 == 0 ? calloc(1 + i % 9, 30) : i % 5 == 1 ? memalign(64, 10 + i % 90) : malloc(1 + i % 3000);
                if (i % 7 == 0)
                        blocks[k] = realloc(blocks[k], 1 + i % 9000);
        }
        for (unsigned k = 0; k < 64; k++)
                free(blocks[k]);
        return unused;
}

int main(void)
{
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, churn, NULL);
        for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        for (int i = 0; i < 5000; i++)
                lose();
        lost = NULL;
        void *block = make(444);
        drop(block);
        drop(block);
        puts("end");
        return 0;
}
