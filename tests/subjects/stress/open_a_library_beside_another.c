// A library opens another by its name, which stands where its own DT_RUNPATH says: ld.so must go on to see who opens,
// deeply or not. What is opened deeply so finds libc's malloc(): the program releases blocks that we never saw given, at
// addresses where it has released others before, and cannot be accused of it.
// run: {self} {built}/stress/libopener.so
// expect: nothing
// process: dropped_by.deep=1
// stdout: it is there
// plain: same
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *make_here(unsigned bytes) { return malloc(bytes); }

static void release_all_of(void *(*make)(unsigned))
{
        void *blocks[300];
        for (int i = 0; i < 300; i++)
                blocks[i] = make(40);
        for (int i = 0; i < 300; i++)
                free(blocks[i]);
}

static void release_again_and_again(void *(*make)(unsigned))
{
        for (int i = 0; i < 3; i++) {
                release_all_of(make_here);
                release_all_of(make);
        }
}

int main(int argc, char **argv)
{
        void *opener = dlopen(argv[1], RTLD_NOW);
        void *(*open_it)(const char *, int) = (void *(*)(const char *, int))dlsym(opener, "opener_open");
        for (int deeply = 0; deeply < 2; deeply++) {
                void *beside = open_it("libbeside.so", RTLD_NOW | (deeply ? RTLD_DEEPBIND : 0));
                puts(beside ? "it is there" : dlerror());
                if (beside)
                        release_again_and_again((void *(*)(unsigned))dlsym(beside, "plugin_make"));
                if (beside)
                        dlclose(beside);
        }
        void *mine = dlopen("libbeside.so", RTLD_NOW);
        if (mine)
                puts("found without the folder's name");
        dlclose(opener);
        return 0;
}
