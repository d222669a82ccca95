// Thread storage of a loaded library, in a thread that waits: a block that only glibc's vector knows.
// expect: nothing
// run: {self} {built}/leak/libkeeper.so
#include "make.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int ready;
#include <dlfcn.h>

static void *run(void *keep)
{
        away((void (*)(void))keep);
        ready = 1;
        for (;;)
                pause();
        return NULL;
}

int main(int n, char **arguments)
{
        void *library = dlopen(arguments[1], RTLD_NOW);
        pthread_t thread;
        pthread_create(&thread, NULL, run, dlsym(library, "keep_in_storage"));
        while (!ready)
                usleep(1000);
        return 0;
}
