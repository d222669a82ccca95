// A library opened with RTLD_DEEPBIND makes blocks in its constructor, past us, at addresses where the program has
// released others. It releases them later, when we see it: nobody has released anything twice. What the program releases
// twice after that is known as ever, and so is what was still in quarantine.
// run: {self} {built}/stress/libearly.so
// expect: UF102 family=malloc function=release_twice count=1
// expect: UF102 family=malloc function=main count=1
#include <dlfcn.h>
#include <stdlib.h>

__attribute__((noinline)) static void release_twice(void)
{
        void *blocks[300];
        for (int i = 0; i < 300; i++)
                blocks[i] = malloc(40);
        for (int i = 0; i < 300; i++)
                free(blocks[i]);
        free(blocks[10]); /* no more in quarantine */
}

int main(int argc, char **argv)
{
        void *blocks[300];
        for (int i = 0; i < 300; i++)
                blocks[i] = malloc(40);
        for (int i = 0; i < 300; i++)
                free(blocks[i]);
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND);
        if (!library)
                return 1;
        free(blocks[299]);
        ((void (*)(void))dlsym(library, "early_drop"))();
        release_twice();
        return 0;
}
