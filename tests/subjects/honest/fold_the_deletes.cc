// The linker made one function of the program's own operators new and new[], and one of all its deletes: the name of that
// one says nothing.
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

void *operator new(size_t size) { return malloc(size); }
void *operator new[](size_t size) { return malloc(size); }
void operator delete(void *block) noexcept { free(block); }
void operator delete[](void *block) noexcept { free(block); }
void operator delete(void *block, size_t) noexcept { free(block); }
void operator delete[](void *block, size_t) noexcept { free(block); }

int main()
{
        int *one = new int(1);
        int *many = new int[10];
        std::vector<std::string> all(20, std::string(100, 'x'));
        delete one;
        delete[] many;
        return all.back().size() == 100 ? 0 : 1;
}
