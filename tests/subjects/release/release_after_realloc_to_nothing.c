// realloc(block, 0) releases it; a free() after it is the second release. (CWE-415)
// expect: UF102 family=malloc function=make release=drop first_release=shrink
#include <stdlib.h>

static void *make(void) { return malloc(56); }
static void *shrink(void *block) { return realloc(block, 0); }
static void drop(void *block) { free(block); }

int main(void)
{
        void *block = make();
        if (shrink(block) == NULL)
                drop(block);
        return 0;
}
