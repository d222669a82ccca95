// new[] of a class with a destructor keeps the number of elements in front of them; operator delete[] on the first
// element itself misses it. (CWE-761)
// expect: UF103 place="inside a live block" release=drop function=make offset=8
// allow: UF001
#include <new>

struct thing {
        long n = 1;
        ~thing() { n = 0; }
};

static thing *make() { return new thing[3]; }
static void drop(thing *first) { ::operator delete[](static_cast<void *>(first)); }

int main()
{
        drop(make());
        return 0;
}
