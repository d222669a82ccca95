// What libc makes for its caller to release with free(): strings, lines, streams, directories, paths, symbols.
// expect: nothing
// plain: same
#include <dirent.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

int main(void)
{
        char *text = NULL, *line = NULL;
        size_t size = 0;
        free(strdup("text"));
        free(strndup("text", 2));
        free(wcsdup(L"text"));
        if (asprintf(&text, "%d and %s", 12, "more") > 0)
                free(text);
        FILE *file = fopen("/proc/self/maps", "r");
        while (getline(&line, &size, file) > 0)
                continue;
        if (getdelim(&line, &size, ':', file) > 0)
                puts("more");
        free(line);
        fclose(file);
        file = open_memstream(&text, &size);
        for (int i = 0; i < 1000; i++)
                fprintf(file, "line %d\n", i);
        fclose(file);
        free(text);
        struct dirent **entries = NULL;
        int n = scandir("/", &entries, NULL, alphasort);
        while (n-- > 0)
                free(entries[n]);
        free(entries);
        free(realpath("/usr/../usr/bin", NULL));
        free(getcwd(NULL, 0));
        free(tempnam("/tmp", "t"));
        void *addresses[4];
        free(backtrace_symbols(addresses, backtrace(addresses, 4)));
        if (sscanf("a word", "%ms", &text) == 1)
                free(text);
        return 0;
}
