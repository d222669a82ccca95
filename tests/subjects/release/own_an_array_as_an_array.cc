// new[], owned by a unique_ptr to an array: the twin of own_an_array_as_a_single.
// expect: nothing
// plain: same
#include <memory>

static int *make() { return new int[6]; }

static void drop(int *block) { std::unique_ptr<int[]> owner(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
