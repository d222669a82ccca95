// A thread with the smallest stack that there may be makes, grows and releases blocks: we must need little of it.
// expect: UF001 class=definite function=work bytes=24 blocks=1
// plain: same
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *work(void *unused)
{
        for (int i = 1; i < 200; i++)
                free(realloc(calloc(1, i), i * 3));
        char *volatile lost = malloc(24);
        lost[0] = 1;
        lost = NULL;
        return unused;
}

int main(void)
{
        pthread_attr_t small;
        pthread_t thread;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
        if (pthread_create(&thread, &small, work, NULL) != 0)
                return 1;
        pthread_join(thread, NULL);
        puts("lived");
        return 0;
}
