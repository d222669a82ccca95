// Four threads open two libraries with RTLD_DEEPBIND and close them again, all at once, and ask ld.so other things
// meanwhile: what is done to a library that came waits for nobody who waits for it. Each library loses 800 blocks; what
// ld.so has written of others before may point into one or another.
// run: {self} {built}/stress/libplugin.so {built}/stress/beside/libbeside.so
// expect: UF001 class=definite function=plugin_make blocks>=790 owner=libplugin.so
// expect: UF001 class=definite function=plugin_make blocks>=790 owner=libbeside.so
// allow: UF002
// timeout: 60
// plain: same
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, TIMES = 400 };
static char **paths;

static int look(struct dl_phdr_info *info, size_t bytes, void *n) { return !info->dlpi_phnum; }

static void *work(void *number)
{
        for (int i = 0; i < TIMES; i++) {
                void *library = dlopen(paths[(i + (long)number) % 2], RTLD_DEEPBIND | (i % 3 ? RTLD_NOW : RTLD_LAZY));
                if (!library)
                        exit(1);
                void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "plugin_make");
                void (*drop)(void *) = (void (*)(void *))dlsym(library, "plugin_drop");
                free(make(50));
                drop(malloc(50));
                make(6);
                dl_iterate_phdr(look, NULL);
                dlclose(library);
        }
        return NULL;
}

int main(int argc, char **argv)
{
        pthread_t threads[THREADS];
        paths = argv + 1;
        for (long i = 0; i < THREADS; i++)
                pthread_create(&threads[i], NULL, work, (void *)i);
        for (int i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        return 0;
}
