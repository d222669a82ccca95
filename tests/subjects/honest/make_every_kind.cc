// Each entry point that makes a block, with one that may release it.
// expect: nothing
// plain: same
#include <cstdlib>
#include <malloc.h>
#include <new>

struct alignas(64) wide {
        char bytes[64];
};

int main()
{
        void *block = nullptr;
        free(malloc(1));
        free(calloc(2, 3));
        free(realloc(malloc(4), 5000));
        free(reallocarray(malloc(6), 7, 800));
        free(memalign(32, 9));
        free(aligned_alloc(64, 128));
        free(valloc(10));
        free(pvalloc(11));
        if (posix_memalign(&block, 4096, 12) == 0)
                free(block);
        delete new char;
        delete[] new char[3];
        delete new (std::nothrow) char;
        delete[] new (std::nothrow) char[3];
        delete new wide;
        delete[] new wide[3];
        delete new (std::nothrow) wide;
        delete[] new (std::nothrow) wide[3];
        ::operator delete(::operator new(5, std::align_val_t(256)), std::align_val_t(256));
        ::operator delete(::operator new(5), std::nothrow);
        ::operator delete[](::operator new[](5), std::nothrow);
        ::operator delete[](::operator new[](5, std::align_val_t(32)), std::align_val_t(32), std::nothrow);
        return 0;
}
