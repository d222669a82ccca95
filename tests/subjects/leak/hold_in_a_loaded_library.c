// A global, and thread storage, of a library that was loaded by dlopen.
// expect: nothing
// run: {self} {built}/leak/libkeeper.so
#include "make.h"
#include <dlfcn.h>

int main(int n, char **arguments)
{
        void *library = dlopen(arguments[1], RTLD_NOW);
        void (*keep)(void) = dlsym(library, "keep_in_global"), (*keep_too)(void) = dlsym(library, "keep_in_storage");
        away(keep);
        away(keep_too);
        return 0;
}
