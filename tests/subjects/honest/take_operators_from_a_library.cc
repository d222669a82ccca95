// new and delete are those of a shared library that is neither libstdc++ nor an allocator, as in programs of LLVM: what
// its operators give and take is one block each.
// expect: nothing
// plain: same
#include <cstdlib>
#include <string>
#include <vector>

struct thing {
        int numbers[10];
};

int main()
{
        std::vector<std::string> all(20, std::string(100, 'x'));
        for (int i = 0; i < 300; i++) {
                thing *one = new thing;
                int *many = new int[50 + i];
                char *large = new char[200000];
                free(malloc(40));
                delete one;
                delete[] many;
                delete[] large;
        }
        return all.back().size() == 100 ? 0 : 1;
}
