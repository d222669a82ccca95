// A library opens another by its name, which stands where its own DT_RUNPATH says: ld.so must go on to see who opens,
// deeply or not.
// run: {self} {built}/stress/libopener.so
// expect: nothing
// stdout: it is there
// plain: same
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
        void *opener = dlopen(argv[1], RTLD_NOW);
        void *(*open_it)(const char *, int) = (void *(*)(const char *, int))dlsym(opener, "opener_open");
        for (int deeply = 0; deeply < 2; deeply++) {
                void *beside = open_it("libbeside.so", RTLD_NOW | (deeply ? RTLD_DEEPBIND : 0));
                puts(beside ? "it is there" : dlerror());
                if (beside)
                        dlclose(beside);
        }
        void *mine = dlopen("libbeside.so", RTLD_NOW);
        if (mine)
                puts("found without the folder's name");
        dlclose(opener);
        return 0;
}
