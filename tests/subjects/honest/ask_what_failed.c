// Asks the loader why its own request failed, after a call of setlocale(), at which we look for an interpreter: our
// questions, most of which fail, must leave no trace in the answer.
// expect: nothing
// plain: same
// stdout: libnowhere.so.9
#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>

int main(void)
{
        void *handle = dlopen("libnowhere.so.9", RTLD_NOW);
        setlocale(LC_ALL, "C");
        puts(handle ? "found" : dlerror());
        puts(dlerror() ? "and more" : "and nothing more");
        return 0;
}
