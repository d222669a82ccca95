// free(), then NULL, then free(NULL): the twin of release_twice.
// expect: nothing
// plain: same
#include <stdlib.h>

int main(void)
{
        void *block = malloc(24);
        free(block);
        block = NULL;
        free(block);
        return 0;
}
