// calloc() and free(): the twin of delete_a_calloc_block_as_array.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return (int *)calloc(4, sizeof(int)); }

static void drop(int *block) { free(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
