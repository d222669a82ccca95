// new[], owned by a unique_ptr to one (CWE-762)
// expect: UF101 family=new[] allocator="operator new[]" function=make "release_stack=drop<main"
// plain: same
#include <memory>

static int *make() { return new int[6]; }

static void drop(int *block) { std::unique_ptr<int> owner(block); }

int main()
{
        int *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
