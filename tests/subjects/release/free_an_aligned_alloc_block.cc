// aligned_alloc() and free(): the twin of delete_an_aligned_alloc_block.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return (int *)aligned_alloc(64, 64); }

static void drop(int *block) { free(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
