// aligned_alloc(), released with delete (CWE-762)
// expect: UF101 family=malloc allocator="aligned_alloc" function=make release=drop
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return (int *)aligned_alloc(64, 64); }

static void drop(int *block) { delete block; }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
