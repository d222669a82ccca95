// operator delete[] is told a size that is not the block's. (CWE-131)
// expect: UF105 family=new[] function=make release=drop bytes=40
// plain: same
#include <new>

static void *make() { return ::operator new[](40); }
static void drop(void *block) { ::operator delete[](block, 48); }

int main()
{
        drop(make());
        return 0;
}
