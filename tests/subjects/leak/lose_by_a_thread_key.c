// pthread_setspecific in a thread that ends, and no destructor.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *key)
{
        pthread_setspecific(*(pthread_key_t *)key, make(40));
        return NULL;
}

int main(void)
{
        pthread_key_t key;
        pthread_key_create(&key, NULL);
        pthread_t thread;
        pthread_create(&thread, NULL, run, &key);
        pthread_join(thread, NULL);
        return 0;
}
