// new (std::nothrow), released with free() (CWE-762)
// expect: UF101 family=new allocator="operator new(nothrow)" function=make release=drop
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return new (std::nothrow) int; }

static void drop(int *block) { free(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
