/* 100 blocks of 64 bytes that go at once, 10 pairs of 32 bytes that go in the wrong order for that, and 3 that stay. */
#include "act.h"

static void *kept[3];

NOINLINE static void come_and_go(void)
{
        free(keep(64));
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void come_in_pairs(void)
{
        void *first = keep(32), *second = keep(32);
        free(first);
        free(second); /* only this one was its thread's last */
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void stay(int i)
{
        kept[i] = keep(77);
        __asm__ volatile("" ::: "memory");
}

int main(void)
{
        for (int i = 0; i < 100; i++)
                come_and_go();
        for (int i = 0; i < 10; i++)
                come_in_pairs();
        for (int i = 0; i < 3; i++)
                stay(i);
        return 0;
}
