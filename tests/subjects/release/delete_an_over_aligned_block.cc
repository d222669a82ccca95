// new and delete of an over-aligned type: the twin of free_an_over_aligned_block.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

struct alignas(128) wide {
        int n[32];
};

static int *make() { return reinterpret_cast<int *>(new wide); }

static void drop(int *block) { delete reinterpret_cast<wide *>(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
