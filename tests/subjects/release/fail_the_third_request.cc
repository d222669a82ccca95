// The third request of this loop is told to fail: operator new throws, and what was made before it is lost.
// options: --fail=any:SIZE>=300
// expect: UF001 class=definite family=new function=make_three bytes=100 blocks=1
// expect: UF001 class=definite family=new function=make_three bytes=200 blocks=1
#include <new>

struct a { char room[100]; };
struct b { char room[200]; };
struct c { char room[300]; };

static void __attribute__((noinline)) make_three()
{
        a *volatile first = new a();
        b *volatile second = new b();
        c *volatile third = new c();
        delete third;
        delete second;
        delete first;
}

int main()
{
        try {
                make_three();
        } catch (const std::bad_alloc &) {
                return 0;
        }
        return 2;
}
