/* 5,000 blocks of 16 bytes in a row, and at once SIGKILL: what has not left the lane yet is in the arena. */
#include "act.h"

#include <signal.h>
#include <unistd.h>

NOINLINE static void make(void)
{
        keep(16);
        __asm__ volatile("" ::: "memory");
}

int main(void)
{
        for (int i = 0; i < 5000; i++)
                make();
        kill(getpid(), SIGKILL);
        return 0;
}
