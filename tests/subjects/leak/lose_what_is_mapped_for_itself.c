// Just below 128 KiB glibc maps a block for itself: all of that mapping is heap, also where no block begins. Blocks that
// point into themselves or to one another from their middle are lost.
// expect: UF001 class=definite function=make_own blocks=8
// expect: UF001 class=definite function=make_leader blocks=8
// expect: UF001 class=indirect function=make blocks=8
#include "make.h"

enum { BYTES = 131055, N = 8 };

__attribute__((noinline)) static char *make_own(void)
{
        char *block = memset(malloc(BYTES), 'm', BYTES);
        for (size_t i = 0; i < BYTES / sizeof(void *); i += 64)
                ((void **)block)[i] = block;
        return block;
}

__attribute__((noinline)) static char **make_leader(void) { return memset(malloc(BYTES), 'm', BYTES); }

static void lose(void)
{
        for (int i = 0; i < N; i++) {
                make_own();
                char **leader = make_leader();
                leader[BYTES / 16] = make(BYTES);
        }
}

int main(void)
{
        away(lose);
        return 0;
}
