// A block from depth 30,000: the stack is there, down to where it is cut.
// expect: UF001 class=definite function=descend bytes=88 blocks=1 depth>=30
#include <stdlib.h>

static volatile int sink;

static void descend(int depth)
{
        if (depth == 0)
                sink = *(char *)calloc(1, 88);
        else
                descend(depth - 1);
        sink++;
}

static void scrub(void)
{
        volatile char room[8192];
        for (unsigned i = 0; i < sizeof room; i++)
                room[i] = 0;
}

int main(void)
{
        descend(30000);
        scrub();
        return 0;
}
