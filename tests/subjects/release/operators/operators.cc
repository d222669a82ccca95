/* The operators of C++ for whoever is linked with this library: over malloc() and free(), each by another of them, as a
 * library with a libstdc++ of its own has and shows them. */
#include <cstdlib>
#include <new>

void *operator new(size_t size)
{
        if (void *block = malloc(size ? size : 1))
                return block;
        throw std::bad_alloc();
}
void *operator new[](size_t size) { return operator new(size); }
void operator delete(void *block) noexcept { free(block); }
void operator delete(void *block, size_t) noexcept { operator delete(block); }
void operator delete[](void *block) noexcept { operator delete(block); }
void operator delete[](void *block, size_t) noexcept { operator delete[](block); }
