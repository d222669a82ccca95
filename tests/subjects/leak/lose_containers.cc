// A container that nobody deletes, and what it owns.
// expect: UF001 class=definite family=new function=lose blocks=1
// expect: UF001 class=indirect family=new bytes=256 blocks=1
// expect: UF001 class=indirect family=new bytes=46 blocks=1
#include <string>
#include <vector>

__attribute__((noinline)) static void lose()
{
        auto *all = new std::vector<std::string>;
        all->reserve(8);
        all->push_back("a string that is longer than the small buffer");
}

__attribute__((noinline)) static void away(void (*function)())
{
        volatile char room[16384];
        room[0] = 1;
        function();
}

int main()
{
        away(lose);
        return 0;
}
