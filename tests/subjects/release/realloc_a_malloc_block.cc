// A block of malloc(), grown by realloc(): the twin of realloc_a_new_block.
// expect: nothing
// plain: same
#include <cstdio>
#include <cstdlib>

int main()
{
        int *block = (int *)malloc(sizeof(int));
        *block = 41;
        block = (int *)realloc(block, 4000);
        printf("%d\n", block[0] + 1);
        free(block);
        return 0;
}
