// The only pointer was in a library that was unloaded.
// expect: UF001 class=definite blocks=1 function=keep_in_global
// run: {self} {built}/leak/libkeeper.so
#include "make.h"
#include <dlfcn.h>

int main(int n, char **arguments)
{
        void *library = dlopen(arguments[1], RTLD_NOW);
        void (*keep)(void) = dlsym(library, "keep_in_global");
        away(keep);
        dlclose(library);
        return 0;
}
