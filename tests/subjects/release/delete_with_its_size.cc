// operator delete is told the right size: the twin of delete_with_a_smaller_size.
// expect: nothing
// plain: same
#include <new>

int main()
{
        ::operator delete(::operator new(64), 64);
        ::operator delete[](::operator new[](65), 65);
        ::operator delete(::operator new(66, std::align_val_t(64)), 66, std::align_val_t(64));
        return 0;
}
