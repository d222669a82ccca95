// free() twice, a thousand allocations of other sizes between. (CWE-415)
// expect: UF102 family=malloc function=make release=drop_again first_release=drop
#include <stdlib.h>

static void *make(void) { return malloc(40); }
static void drop(void *block) { free(block); }
static void drop_again(void *block) { free(block); }

int main(void)
{
        static void *others[1000];
        void *block = make();
        drop(block);
        for (int i = 0; i < 1000; i++)
                others[i] = malloc(200 + i);
        drop_again(block);
        for (int i = 0; i < 1000; i++)
                free(others[i]);
        return 0;
}
