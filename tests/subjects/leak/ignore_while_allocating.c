// unfreed_ignore_begin and _end: pairs nest, an end too many does nothing, other threads are not meant.
// expect: UF001 class=definite blocks=1 function=make bytes=40
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>
#include <pthread.h>

static void *run(void *unused)
{
        make(40);
        return NULL;
}

static void lose(void)
{
        unfreed_ignore_end();
        unfreed_ignore_begin();
        unfreed_ignore_begin();
        make(48);
        unfreed_ignore_end();
        make(56);
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
        pthread_join(thread, NULL);
        unfreed_ignore_end();
}

int main(void)
{
        away(lose);
        return 0;
}
