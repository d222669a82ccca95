/* 4 blocks that live 300 ms, 4 that live 100 ms, 1,000 that live no time to speak of. */
#include "act.h"

NOINLINE static void *stay_long(void)
{
        void *block = keep(48);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void *stay_a_while(void)
{
        void *block = keep(48);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void pass(void)
{
        free(keep(48));
        __asm__ volatile("" ::: "memory");
}

int main(void)
{
        void *longer[4], *shorter[4];
        for (int i = 0; i < 4; i++)
                longer[i] = stay_long();
        sleep_ms(200);
        for (int i = 0; i < 4; i++)
                shorter[i] = stay_a_while();
        sleep_ms(100);
        for (int i = 0; i < 4; i++) {
                free(longer[i]);
                free(shorter[i]);
        }
        for (int i = 0; i < 1000; i++)
                pass();
        return 0;
}
