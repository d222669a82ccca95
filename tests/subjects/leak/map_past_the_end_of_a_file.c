// Pages past the end of a file, shared and private: reading them would be a SIGBUS.
// expect: UF001 class=definite blocks=1 function=make
// plain: same
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <stdio.h>

static void lose(void)
{
        FILE *file = tmpfile();
        ftruncate(fileno(file), 65536);
        char *shared = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
        char *private = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
        shared[40000] = private[50000] = 1;
        ftruncate(fileno(file), 4096);
        fclose(file);
        make(40);
}

int main(void)
{
        away(lose);
        puts("done");
        return 0;
}
