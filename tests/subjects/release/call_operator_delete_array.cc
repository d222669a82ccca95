// new[] and operator delete[](): the twin of delete_an_array_as_single.
// expect: nothing
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static int *make() { return new int[9]; }

static void drop(int *block) { ::operator delete[](block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
