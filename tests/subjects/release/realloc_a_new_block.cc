// A block of new, grown by realloc(): realloc pairs with malloc only. (CWE-762)
// expect: UF101 family=new function=make release=grow
// allow: UF102 UF103
// plain: same
#include <cstdio>
#include <cstdlib>

static int *make() { return new int(41); }

static int *grow(int *block) { return (int *)realloc(block, 4000); }

int main()
{
        int *block = grow(make());
        printf("%d\n", block[0] + 1);
        free(block);
        return 0;
}
