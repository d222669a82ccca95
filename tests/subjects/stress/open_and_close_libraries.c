// Three threads make and release blocks through a library that a fourth opens and closes all the time.
// run: {self} {built}/stress/libplugin.so
// expect: nothing
// timeout: 60
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path;
static volatile int stop;

static void *churn(void *unused)
{
        void *held[32] = {0};
        for (unsigned i = 0; !stop; i++) {
                free(held[i % 32]);
                held[i % 32] = malloc(16 + i % 300);
        }
        for (int i = 0; i < 32; i++)
                free(held[i]);
        return unused;
}

int main(int argc, char **argv)
{
        pthread_t threads[3];
        path = argv[1];
        for (int i = 0; i < 3; i++)
                pthread_create(&threads[i], NULL, churn, NULL);
        for (int i = 0; i < 400; i++) {
                void *library = dlopen(path, i % 2 ? RTLD_NOW : RTLD_LAZY);
                if (!library)
                        return 1;
                void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "plugin_make");
                void (*work)(void) = (void (*)(void))dlsym(library, "plugin_work");
                work();
                void *block = make(100);
                dlclose(library);
                free(block);
        }
        stop = 1;
        for (int i = 0; i < 3; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
