// No array of pointers: a number is among them, it is not a power of two, or nobody has it. Nor is the middle of a block a pointer.
// expect: UF001 class=definite bytes=17 blocks=1 function=lose
// expect: UF001 class=definite bytes=18 blocks=1 function=lose
// expect: UF001 class=definite bytes=19 blocks=1 function=lose
// expect: UF001 class=definite bytes=32 blocks=1 indirect_blocks=1 function=lose
// expect: UF001 class=indirect bytes=20 blocks=1 function=lose
#include "make.h"

enum { N = 8 };

uint32_t *with_a_number, *odd, *middle;

static uint32_t half(void *block) { return (uint32_t)(uintptr_t)block; }

static void lose(void)
{
        with_a_number = calloc(N, sizeof *with_a_number);
        with_a_number[2] = half(malloc(17));
        with_a_number[3] = 7;
        odd = calloc(N + 2, sizeof *odd);
        odd[3] = half(malloc(18));
        middle = calloc(N, sizeof *middle);
        middle[3] = half((char *)malloc(19) + 8);
        uint32_t *nobodys = calloc(N, sizeof *nobodys);
        nobodys[3] = half(malloc(20));
}

int main(void)
{
        away(lose);
        return 0;
}
