// Made for an alignment of 64, released for 128. (CWE-131)
// expect: UF105 family=new function=make release=drop
// plain: same
#include <new>

static void *make() { return ::operator new(256, std::align_val_t(64)); }
static void drop(void *block) { ::operator delete(block, std::align_val_t(128)); }

int main()
{
        drop(make());
        return 0;
}
