// Keeps blocks in others that it gets by jemalloc's own function, where blocks of malloc were before.
// needs: lib:libjemalloc.so.2
// expect: nothing
#include <stdlib.h>
#include <string.h>

enum { MANY = 40000, KEPT = 3000 };
struct keeper {
        struct keeper *next;
        void *block;
        char rest[1984];
};
static struct keeper *first;

void *mallocx(size_t bytes, int flags) __attribute__((weak)); /* it may not be there to link with */

static void churn(void)
{
        char **blocks = malloc(MANY * sizeof *blocks);
        for (int i = 0; i < MANY; i++)
                blocks[i] = calloc(1, 16 + (i * 7919u) % 900 + (i % 400 == 0) * 30000);
        for (int i = 0; i < MANY; i++)
                free(blocks[i]);
        free(blocks);
}

int main(void)
{
        churn();
        for (int i = 0; i < KEPT; i++) {
                struct keeper *keeper = mallocx(sizeof *keeper, 0);
                keeper->next = first;
                keeper->block = memset(malloc(40), 1, 40);
                first = keeper;
        }
        return 0;
}
