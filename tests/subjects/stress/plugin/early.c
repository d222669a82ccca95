// Makes blocks while it is being opened, and releases them when it is told to.
#include <stdlib.h>

enum { N = 300 };
static void *made[N];

static __attribute__((constructor)) void make(void)
{
        for (int i = 0; i < N; i++)
                made[i] = malloc(40);
}

void early_drop(void)
{
        for (int i = 0; i < N; i++)
                free(made[i]);
}
