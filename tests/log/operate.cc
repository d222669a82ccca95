// Operators of a library, which are over malloc(): each block has one birth and one release. 40 arrays of 100 bytes that
// stay until the end, 100 of 50 bytes that go at once.
#include <cstdlib>

__attribute__((noinline)) char *stay() { return new char[100]; }

__attribute__((noinline)) void come_and_go()
{
        char *volatile block = new char[50];
        delete[] block;
}

int main()
{
        char *kept[40];
        for (int i = 0; i < 40; i++)
                kept[i] = stay();
        for (int i = 0; i < 100; i++)
                come_and_go();
        for (int i = 0; i < 40; i++)
                delete[] kept[i];
        return 0;
}
