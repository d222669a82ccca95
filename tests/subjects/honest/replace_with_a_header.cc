// Own operators that keep the size in front of what they give out: the pointer that the program holds is inside the
// block of malloc().
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

static size_t in_use;

void *operator new(size_t size)
{
        size_t *block = static_cast<size_t *>(malloc(size + 16));
        *block = size;
        in_use += size;
        return block + 2;
}

void operator delete(void *pointer) noexcept
{
        if (!pointer)
                return;
        size_t *block = static_cast<size_t *>(pointer) - 2;
        in_use -= *block;
        free(block);
}

void operator delete(void *pointer, size_t) noexcept { operator delete(pointer); }

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
