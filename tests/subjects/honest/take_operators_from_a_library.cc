// new and delete are those of a shared library that is neither libstdc++ nor an allocator, as in programs of LLVM: what
// its operators give and take is one block each.
// expect: nothing
// plain: same
#include <cstdint>
#include <cstdlib>
#include <new>
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
        volatile size_t too_much = PTRDIFF_MAX;
        if (new (std::nothrow) char[too_much])
                return 2;
        try {
                delete[] new char[too_much];
                return 3;
        } catch (const std::bad_alloc &) {
        }
        delete[] new (std::nothrow) char[100];
        return all.back().size() == 100 ? 0 : 1;
}
