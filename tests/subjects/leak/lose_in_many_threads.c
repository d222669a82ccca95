// Forty threads lose five blocks each in arenas of their own and end.
// expect: UF001 class=definite blocks=200 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static void *run(void *unused)
{
        for (int i = 0; i < 5; i++)
                make(40);
        return NULL;
}

int main(void)
{
        pthread_t threads[40];
        for (int i = 0; i < 40; i++)
                pthread_create(&threads[i], NULL, run, NULL);
        for (int i = 0; i < 40; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
