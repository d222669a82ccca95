// new of an over-aligned type, released with free() (CWE-762)
// expect: UF101 family=new allocator="operator new(align)" function=make release=drop
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

struct alignas(128) wide {
        int n[32];
};

static int *make() { return reinterpret_cast<int *>(new wide); }

static void drop(int *block) { free(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
