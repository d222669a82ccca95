// NULL may be released by anybody.
// expect: nothing
// plain: same
#include <cstdlib>
#include <new>

int main()
{
        free(nullptr);
        delete static_cast<int *>(nullptr);
        delete[] static_cast<int *>(nullptr);
        ::operator delete(nullptr, 100);
        ::operator delete(nullptr, std::align_val_t(64));
        free(realloc(nullptr, 10));
        free(malloc(0));
        free(calloc(0, 8));
        delete[] new int[0];
        return 0;
}
