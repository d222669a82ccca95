// Ten thousand blocks, each released twice at the same place: one finding and a count. (CWE-415)
// expect: UF102 family=malloc function=make release=drop first_release=drop count=10000
#include <stdlib.h>

static void *make(void) { return malloc(72); }
static void drop(void *block) { free(block); }

int main(void)
{
        for (int i = 0; i < 10000; i++) {
                void *block = make();
                drop(block);
                drop(block);
        }
        return 0;
}
