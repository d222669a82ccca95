// strdup(), whose result is malloc's, released with delete[] (CWE-762)
// expect: UF101 family=malloc allocator=malloc stack=make<main release=drop
// plain: same
#include <cstdlib>
#include <cstring>
#include <new>

static char *make() { return strdup("a string"); }

static void drop(char *block) { delete[] block; }

int main()
{
        char *block = make();
        block[0] = 1;
        drop(block);
        return 0;
}
