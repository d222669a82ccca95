// A library leaks and is closed; its frames have their names all the same.
// run: {self} {built}/stress/libplugin.so
// expect: UF001 class=definite function=plugin_make bytes=1234 blocks=1
#include <dlfcn.h>
#include <stddef.h>

static void use(const char *path)
{
        void *library = dlopen(path, RTLD_NOW);
        void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "plugin_make");
        make(1234);
        dlclose(library);
}

int main(int argc, char **argv)
{
        use(argv[1]);
        return 0;
}
