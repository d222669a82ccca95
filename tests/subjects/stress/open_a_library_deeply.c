// A library opened with RTLD_DEEPBIND finds libc's malloc() before ours. It is made to find ours all the same: what it
// makes or releases is seen, like what the program does with that, and so is what it loses.
// run: {self} {built}/stress/libplugin.so
// expect: UF001 class=definite function=plugin_make bytes=46200 blocks=600
// stdout: the library is what it was
// plain: same
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Bound at once, or at each first call. */
static void use(const char *path, int mode)
{
        void *library = dlopen(path, mode | RTLD_DEEPBIND);
        if (!library || dlerror() != NULL)
                exit(1);
        void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "plugin_make");
        void (*drop)(void *) = (void (*)(void *))dlsym(library, "plugin_drop");
        for (unsigned i = 1; i < 1000; i++)
                free(make(i));
        for (unsigned i = 1; i < 1000; i++)
                drop(make(i));
        for (unsigned i = 1; i < 1000; i++)
                drop(malloc(i));
        void *block = make(10);
        block = realloc(block, 1000);
        free(block);
        for (unsigned i = 0; i < 300; i++)
                make(77);
        if (dlclose(library) == 0)
                puts("the library is what it was");
}

int main(int argc, char **argv)
{
        use(argv[1], RTLD_NOW);
        use(argv[1], RTLD_LAZY);
        return 0;
}
