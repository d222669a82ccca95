// A library opened with RTLD_DEEPBIND finds libc's malloc() before ours: what it makes, the program releases and
// grows; nobody can be accused of it.
// run: {self} {built}/stress/libplugin.so
// expect: nothing
#include <dlfcn.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND);
        void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "plugin_make");
        void (*drop)(void *) = (void (*)(void *))dlsym(library, "plugin_drop");
        for (unsigned i = 1; i < 1000; i++)
                free(make(i));
        for (unsigned i = 1; i < 1000; i++)
                drop(make(i));
        void *block = make(10);
        block = realloc(block, 1000);
        free(block);
        dlclose(library);
        return 0;
}
