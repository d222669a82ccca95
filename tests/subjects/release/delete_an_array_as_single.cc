// new[], released with delete (CWE-762)
// expect: UF101 family=new[] allocator="operator new[]" function=make release=drop
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return new int[9]; }

static void drop(int *block) { delete block; }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
