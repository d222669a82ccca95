// Two threads release the same block one after the other. (CWE-415)
// expect: UF102 family=malloc function=make release=drop first_release=drop
#include <pthread.h>
#include <stdlib.h>

static void *make(void) { return malloc(64); }

static void *drop(void *block)
{
        free(block);
        return NULL;
}

int main(void)
{
        void *block = make();
        for (int i = 0; i < 2; i++) {
                pthread_t thread;
                pthread_create(&thread, NULL, drop, block);
                pthread_join(thread, NULL);
        }
        return 0;
}
