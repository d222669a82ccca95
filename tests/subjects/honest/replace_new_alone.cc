// The program replaces operator new by one over malloc(), and leaves delete as it is.
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

void *operator new(size_t size) { return malloc(size ? size : 1); }

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
