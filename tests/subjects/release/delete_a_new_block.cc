// new and delete: the twin of free_a_new_block.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return new int; }

static void drop(int *block) { delete block; }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
