// What libc makes and releases by functions of its own.
// expect: nothing
// plain: same
#include <dirent.h>
#include <dlfcn.h>
#include <fnmatch.h>
#include <glob.h>
#include <iconv.h>
#include <locale.h>
#include <netdb.h>
#include <regex.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wordexp.h>

static int compare(const void *a, const void *b) { return strcmp(a, b); }

int main(void)
{
        glob_t found;
        if (glob("/usr/*", 0, NULL, &found) == 0)
                globfree(&found);
        regex_t expression;
        regcomp(&expression, "^([a-z]+)-[0-9]*$", REG_EXTENDED);
        printf("%d\n", regexec(&expression, "abc-12", 0, NULL, 0));
        regfree(&expression);
        DIR *folder = opendir("/");
        while (readdir(folder))
                continue;
        closedir(folder);
        iconv_t converter = iconv_open("UTF-16", "UTF-8");
        if (converter != (iconv_t)-1)
                iconv_close(converter);
        struct addrinfo *address = NULL, hints = {.ai_flags = AI_NUMERICHOST};
        if (getaddrinfo("127.0.0.1", "80", &hints, &address) == 0)
                freeaddrinfo(address);
        void *root = NULL;
        tsearch("b", &root, compare), tsearch("a", &root, compare), tsearch("c", &root, compare);
        tdelete("b", &root, compare), tdelete("a", &root, compare), tdelete("c", &root, compare);
        void *library = dlopen("libm.so.6", RTLD_NOW);
        if (library)
                dlclose(library);
        dlopen("no-such-library.so", RTLD_NOW);
        puts(dlerror() ? "said" : "not said");
        setlocale(LC_ALL, "C.UTF-8");
        char text[40];
        time_t when = 0;
        strftime(text, sizeof text, "%c", gmtime(&when));
        setenv("A_VARIABLE", text, 1);
        FILE *pipe = popen("true", "r");
        pclose(pipe);
        char *many[2000];
        for (int i = 0; i < 2000; i++)
                many[i] = text;
        qsort(many, 2000, sizeof *many, compare);
        return 0;
}
