/* 100 blocks of 30 bytes, then a child that releases 40 of its copies (they are its parent's to count) and makes 10 of 20
 * bytes by itself, then execs into this program again, which makes 5 of 10 bytes. */
#include "act.h"

#include <sys/wait.h>
#include <unistd.h>

NOINLINE static void *make_before(void)
{
        void *block = keep(30);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void *make_in_child(void)
{
        void *block = keep(20);
        __asm__ volatile("" ::: "memory");
        return block;
}

NOINLINE static void *make_after_exec(void)
{
        void *block = keep(10);
        __asm__ volatile("" ::: "memory");
        return block;
}

int main(int argc, char **argv)
{
        void *blocks[100];
        if (argc > 1) {
                for (int i = 0; i < 5; i++)
                        free(make_after_exec());
                return 0;
        }
        for (int i = 0; i < 100; i++)
                blocks[i] = make_before();
        if (fork() == 0) {
                for (int i = 0; i < 40; i++)
                        free(blocks[i]);
                for (int i = 0; i < 10; i++)
                        free(make_in_child());
                execl("/proc/self/exe", argv[0], "again", (char *)NULL);
                _exit(1);
        }
        wait(NULL);
        for (int i = 0; i < 100; i++)
                free(blocks[i]);
        return 0;
}
