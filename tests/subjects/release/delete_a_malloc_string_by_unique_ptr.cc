// malloc(), owned by a unique_ptr that deletes (CWE-762)
// expect: UF101 family=malloc allocator="malloc" function=make "release_stack=drop<main"
// plain: same
#include <cstdlib>
#include <memory>

static char *make() { return (char *)malloc(30); }

static void drop(char *block) { std::unique_ptr<char> owner(block); }

int main()
{
        char *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
