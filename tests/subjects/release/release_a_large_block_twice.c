// A megabyte (an own mapping of the allocator) released twice. (CWE-415)
// expect: UF102 family=malloc function=make release=drop_again first_release=drop bytes=1048576
// plain: crashes
#include <stdlib.h>

static void *make(void) { return malloc(1 << 20); }
static void drop(void *block) { free(block); }
static void drop_again(void *block) { free(block); }

int main(void)
{
        void *block = make();
        drop(block);
        drop_again(block);
        return 0;
}
