// The thread was joined, and what it returned forgotten.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;

static pthread_t thread;

static void *run(void *unused) { return make(40); }
static void join(void)
{
        void *result;
        pthread_join(thread, &result);
        result = NULL;
}

int main(void)
{
        pthread_create(&thread, NULL, run, NULL);
        away(join);
        return 0;
}
