/* 40,000 blocks of 100 bytes, 4,000 of 5,000 and 100 of 300,000 that are lost, and between them 400,000 of all three sizes
 * that are released: what sampling makes of them is known but for chance. */
#include "act.h"

NOINLINE static void leave_small(void)
{
        keep(100);
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void leave_middle(void)
{
        keep(5000);
        __asm__ volatile("" ::: "memory");
}

NOINLINE static void leave_large(void)
{
        keep(300000);
        __asm__ volatile("" ::: "memory");
}

int main(void)
{
        static const size_t sizes[] = {100, 5000, 300000};
        for (int i = 0; i < 40000; i++) {
                leave_small();
                if (i % 10 == 0)
                        leave_middle();
                if (i % 400 == 0)
                        leave_large();
                for (int k = 0; k < 10; k++)
                        free(keep(sizes[k % 3]));
        }
        return 0;
}
