// A program with two different mistakes runs to its end, and both are found. (CWE-762)
// expect: UF101 family=new release=drop_first
// expect: UF101 family=malloc release=drop_second
// plain: same
// stdout: the end
#include <cstdio>
#include <cstdlib>

static void drop_first(int *block) { free(block); }

static void drop_second(int *block) { delete[] block; }

int main()
{
        drop_first(new int);
        drop_second((int *)malloc(16));
        puts("the end");
        return 0;
}
