// free(), and a new block at each turn, each released once: the twin of release_twice_after_reuse.
// expect: nothing
// plain: same
#include <stdlib.h>

int main(void)
{
        for (int i = 0; i < 1000; i++)
                free(malloc(32));
        return 0;
}
