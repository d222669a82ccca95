// A library in a namespace of its own (dlmopen), with a libc of its own that we are not in front of.
// run: {self} {built}/stress/libplugin.so
// expect: nothing
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
        void *library = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW);
        if (!library)
                return 1;
        void (*work)(void) = (void (*)(void))dlsym(library, "plugin_work");
        work();
        free(malloc(10));
        dlclose(library);
        return 0;
}
