// The same with --abort-on-error: stopped at the first. (CWE-762)
// options: --abort-on-error
// expect: UF101 family=new release=drop_first
// allow: UF004
// signal: 6
#include <cstdlib>

static void drop_first(int *block) { free(block); }

static void drop_second(int *block) { delete[] block; }

int main()
{
        drop_first(new int);
        drop_second((int *)malloc(16));
        return 0;
}
