// malloc(), owned by a unique_ptr that frees: the twin of delete_a_malloc_string_by_unique_ptr.
// expect: nothing
// plain: same
#include <cstdlib>
#include <memory>

static char *make() { return (char *)malloc(30); }

static void drop(char *block) { std::unique_ptr<char, decltype(&free)> owner(block, free); }

int main()
{
        char *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
