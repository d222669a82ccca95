// Opens a library by its name alone, which is in a folder that only this library's DT_RUNPATH names.
#include <dlfcn.h>

static volatile int n_opened; /* the call is not the last act: else ld.so would see another caller */

void *opener_open(const char *name, int mode)
{
        void *library = dlopen(name, mode);
        n_opened += library != 0;
        return library;
}
