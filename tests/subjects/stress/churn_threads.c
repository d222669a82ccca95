// A hundred thousand threads, one after the other, each of which makes a block that the next one releases.
// expect: nothing
// timeout: 240
// summary: leaked_bytes=0
#include <pthread.h>
#include <stdlib.h>

static void *pass_on(void *block)
{
        free(block);
        return malloc(64);
}

int main(void)
{
        void *block = NULL;
        for (int i = 0; i < 100000; i++) {
                pthread_t thread;
                if (pthread_create(&thread, NULL, pass_on, block) != 0)
                        return 1;
                pthread_join(thread, &block);
        }
        free(block);
        return 0;
}
