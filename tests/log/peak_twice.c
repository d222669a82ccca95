/* A first peak of 5 x 100,000 bytes, and a higher one of 7 x 90,000 from elsewhere with 2 of the first kind still there;
 * then small things until the end. Large and small blocks are kept in different tables, so there are 20 of 900 as well. */
#include "act.h"

NOINLINE static void *mount(size_t size)
{
        void *block = keep(size);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void *climb(size_t size)
{
        void *block = keep(size);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void *stroll(size_t size)
{
        void *block = keep(size);
        __asm__ volatile("" ::: "memory");
        return block;
}

int main(void)
{
        void *first[5], *second[7], *small[20];
        for (int i = 0; i < 5; i++)
                first[i] = mount(100000);
        for (int i = 0; i < 3; i++)
                free(first[i]);
        for (int i = 0; i < 20; i++)
                small[i] = stroll(900);
        for (int i = 0; i < 7; i++)
                second[i] = climb(i ? 90000 : 200000);
        for (int i = 0; i < 7; i++)
                free(second[i]);
        for (int i = 3; i < 5; i++)
                free(first[i]);
        for (int i = 0; i < 20; i++)
                free(small[i]);
        for (int i = 0; i < 50; i++)
                free(stroll(900));
        return 0;
}
