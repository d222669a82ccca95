// new and delete are those of a shared library that is neither libstdc++ nor an allocator.
// expect: UF001 bytes=300000 blocks=1 family=new[] function=lose
// expect: UF101 family=new allocator="operator new" function=mix release=mix
// expect: UF102 family=new function=make release=drop_again first_release=drop
#include <cstdlib>
#include <cstring>

struct thing {
        int numbers[10];
};

__attribute__((noinline)) static void lose() { memset(new char[300000], 1, 300000); }

__attribute__((noinline)) static void mix()
{
        thing *volatile it = new thing;
        free(it);
}

__attribute__((noinline)) static thing *make() { return new thing; }
__attribute__((noinline)) static void drop(thing *it) { delete it; }
__attribute__((noinline)) static void drop_again(thing *it) { delete it; }

int main()
{
        lose();
        mix();
        thing *volatile it = make();
        drop(it);
        drop_again(it);
        return 0;
}
