// The C library opens a library for a character set and closes it again, which no door of ours sees; then another library
// takes its place, whose functions have larger frames. Its stacks must be whole.
// run: {self} {built}/stress/libplace_a.so {built}/stress/libplace_b.so
// expect: UF001 class=definite bytes=1234 blocks=1 function=place_make stack=place_make<use<main
// stdout: the same place
#include <dlfcn.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* glibc keeps what it does not use any more until it has closed something a few times (iconv/gconv_dl.c). */
enum { CLOSES = 8 };

static void convert(const char *set)
{
        iconv_t converter = iconv_open(set, "UTF-8");
        if (converter == (iconv_t)-1)
                perror(set);
        else
                iconv_close(converter);
}

static char *begin_of(const char *name)
{
        char line[4200], *begin = NULL;
        FILE *maps = fopen("/proc/self/maps", "r");
        while (!begin && fgets(line, sizeof line, maps))
                if (strstr(line, name))
                        begin = (char *)strtoul(line, NULL, 16);
        fclose(maps);
        return begin;
}

static void use(const char *path)
{
        void *library = dlopen(path, RTLD_NOW);
        void *(*make)(unsigned) = (void *(*)(unsigned))dlsym(library, "place_make");
        make(1234);
}

int main(int argc, char **argv)
{
        char folder[] = "/tmp/unfreed-gconv-XXXXXX", list[100];
        snprintf(list, sizeof list, "%s/gconv-modules", mkdtemp(folder));
        FILE *file = fopen(list, "w");
        fprintf(file, "module INTERNAL PLACE// %s 1\n", argv[1]);
        fclose(file);
        setenv("GCONV_PATH", folder, 1);
        convert("PLACE");
        char *before = begin_of("libplace_a");
        for (int i = 0; i < CLOSES; i++)
                convert("UTF-16");
        if (before && !begin_of("libplace_a")) {
                use(argv[2]);
                puts(begin_of("libplace_b") == before ? "the same place" : "another place");
        }
        remove(list);
        rmdir(folder);
        return 0;
}
