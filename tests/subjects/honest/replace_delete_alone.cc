// The program replaces operator delete by one over free(), and leaves new as it is.
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

void operator delete(void *block) noexcept { free(block); }
void operator delete(void *block, size_t) noexcept { free(block); }

int main()
{
        int *one = new int(1);
        int *many = new int[10];
        std::string text(100, 'x');
        std::vector<std::string> all(20, text);
        delete one;
        delete[] many;
        return all.back().size() == 100 ? 0 : 1;
}
