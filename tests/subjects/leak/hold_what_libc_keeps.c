// Streams, folders, locales: libc knows them as long as they are open.
// expect: nothing
#include "make.h"
#include <locale.h>
#include <stdio.h>

int main(void)
{
        setvbuf(fopen("/dev/null", "w"), NULL, _IOFBF, 65536);
        setlocale(LC_ALL, "C.UTF-8");
        return 0;
}
