// new (std::nothrow) and delete: the twin of free_a_nothrow_block.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return new (std::nothrow) int; }

static void drop(int *block) { delete block; }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
