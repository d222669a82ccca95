// The same mistake a hundred thousand times: one finding, and a count. (CWE-762)
// expect: UF101 family=new function=make release=drop count=100000
// plain: same
#include <cstdlib>

static int *make() { return new int; }

static void drop(int *block) { free(block); }

int main()
{
        for (int i = 0; i < 100000; i++)
                drop(make());
        return 0;
}
