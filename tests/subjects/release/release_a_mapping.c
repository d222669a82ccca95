// Memory of mmap(), given to free(). (CWE-590)
// expect: UF103 release=drop place="a mapping*"
#include <stdlib.h>
#include <sys/mman.h>

static void drop(void *pointer) { free(pointer); }

int main(void)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        drop((char *)page + 64);
        return 0;
}
