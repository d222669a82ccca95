// realloc() of a block that is gone. (CWE-415)
// expect: UF102 family=malloc function=make release=grow first_release=drop
#include <stdlib.h>

static void *make(void) { return malloc(48); }
static void drop(void *block) { free(block); }
static void *grow(void *block) { return realloc(block, 480); }

int main(void)
{
        void *block = make();
        drop(block);
        free(grow(block));
        return 0;
}
