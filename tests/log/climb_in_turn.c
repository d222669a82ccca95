/* Three threads that have their 8 x 10,000 bytes one after another, never two at a time: the peak is 80,000. Between them
 * is time enough for the clock of the log, which is all that orders threads. */
#include "act.h"

#include <pthread.h>

NOINLINE static void *climb(void *unused)
{
        void *blocks[8];
        for (int i = 0; i < 8; i++)
                blocks[i] = keep(10000);
        for (int i = 0; i < 8; i++)
                free(blocks[i]);
        sleep_ms(60);
        return unused;
}

static void *run(void *unused)
{
        climb(unused);
        climb(unused);
        return unused;
}

int main(void)
{
        for (int i = 0; i < 3; i++) {
                pthread_t thread;
                pthread_create(&thread, NULL, run, NULL);
                pthread_join(thread, NULL);
        }
        return 0;
}
