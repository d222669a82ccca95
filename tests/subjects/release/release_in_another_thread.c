// Another thread releases the block, once: the twin of release_twice_in_two_threads.
// expect: nothing
// plain: same
#include <pthread.h>
#include <stdlib.h>

static void *drop(void *block)
{
        free(block);
        return NULL;
}

int main(void)
{
        for (int i = 0; i < 20; i++) {
                pthread_t thread;
                pthread_create(&thread, NULL, drop, malloc(64));
                pthread_join(thread, NULL);
        }
        return 0;
}
