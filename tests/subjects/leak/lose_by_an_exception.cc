// An exception leaves a frame with a bare pointer.
// expect: UF001 class=definite blocks=1 family=new bytes=4
#include <stdexcept>

static void risky()
{
        int *bare = new int(7);
        throw std::runtime_error("left");
        delete bare;
}

__attribute__((noinline)) static void away(void (*function)())
{
        volatile char room[16384];
        room[0] = 1;
        try {
                function();
        } catch (const std::exception &) {
        }
}

int main()
{
        away(risky);
        return 0;
}
