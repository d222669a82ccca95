// Libraries that want static thread-local storage are opened one after another, until no more is left of what the loader
// keeps for them: as many as without us.
// run: {self} {built}/stress/libstatic_storage_
// expect: nothing
// plain: same
// stdout: 0 opened
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *touch(void *use)
{
        free(malloc(100));
        return (void *)(long)((int (*)(void))use)();
}

int main(int argc, char **argv)
{
        char path[4096];
        for (int i = 0; i < 4; i++) {
                snprintf(path, sizeof path, "%s%d.so", argv[1], i);
                void *library = dlopen(path, RTLD_NOW);
                printf("%d %s\n", i, library ? "opened" : "refused");
                if (!library)
                        continue;
                pthread_t thread;
                pthread_create(&thread, NULL, touch, dlsym(library, "storage_use"));
                pthread_join(thread, NULL);
                touch(dlsym(library, "storage_use"));
        }
        return 0;
}
