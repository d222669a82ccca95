// free() twice, nothing between. (CWE-415)
// expect: UF102 family=malloc allocator=malloc function=make release=drop_again first_release=drop bytes=24
// plain: crashes
#include <stdlib.h>

static void *make(void) { return malloc(24); }
static void drop(void *block) { free(block); }
static void drop_again(void *block) { free(block); }

int main(void)
{
        void *block = make();
        drop(block);
        drop_again(block);
        return 0;
}
