// Argument n: n blocks of 1,000 bytes from operator new[] that are released with plain delete, and n that are resized by
// realloc, released once, and never looked at again; among them many right ones at the same addresses.
#include <cstdlib>
#include <vector>

#define NOINLINE __attribute__((noinline, noipa))

NOINLINE static void confuse()
{
        char *block = new char[1000];
        operator delete(block); // NOLINT
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void behave()
{
        void *blocks[20];
        for (int i = 0; i < 20; i++)
                blocks[i] = i % 2 ? malloc(500 + i) : realloc(malloc(10), 1000);
        for (int i = 0; i < 20; i++)
                free(blocks[i]);
        std::vector<int> *numbers = new std::vector<int>(300);
        delete numbers;
        delete[] new char[1000];
        __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv)
{
        for (long n = argc > 1 ? atol(argv[1]) : 0; n > 0; n--) {
                confuse();
                behave();
        }
        for (int i = 0; i < 20000; i++)
                behave();
        return 0;
}
