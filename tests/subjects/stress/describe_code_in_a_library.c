// A program without libgcc opens a library that needs it, for itself alone. What the library tells libgcc by
// __register_frame() must reach it, though our function of that name stands before.
// run: {self} {built}/stress/libdescribe.so
// expect: nothing
// plain: same
// stdout: known 1, then 0
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        int (*describe)(int) = (int (*)(int))dlsym(library, "describe");
        int on = describe(1);
        printf("known %d, then %d\n", on, describe(0));
        dlclose(library);
        return 0;
}
