// Two thousand threads are alive at the end, each with a block that only its stack holds; one block is lost.
// expect: UF001 class=definite function=lose bytes=333 blocks=1
// timeout: 120
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t started;

static void *hold(void *unused)
{
        char *volatile block = malloc(100);
        block[0] = 1;
        pthread_barrier_wait(&started);
        for (;;)
                pause();
        return unused;
}

static void lose(void) { memset(malloc(333), 1, 333); }

int main(void)
{
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 65536);
        pthread_barrier_init(&started, NULL, 2001);
        for (int i = 0; i < 2000; i++) {
                pthread_t thread;
                if (pthread_create(&thread, &small, hold, NULL) != 0)
                        return 1;
        }
        pthread_barrier_wait(&started);
        lose();
        return 0;
}
