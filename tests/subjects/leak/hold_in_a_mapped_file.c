// A private mapping of a file, written to.
// expect: nothing
#include "make.h"
#include <sys/mman.h>
#include <unistd.h>
#include <stdio.h>

static void keep(void)
{
        FILE *file = tmpfile();
        ftruncate(fileno(file), 65536);
        void **memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
        fclose(file);
        memory[1000] = make(40);
}

int main(void)
{
        away(keep);
        return 0;
}
