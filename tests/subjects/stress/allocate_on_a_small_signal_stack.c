// A handler makes, grows, loses and releases blocks on a signal stack that has 6 KiB beside what the kernel puts there,
// and below it a page that nobody may touch. Nothing was allocated before: all that is looked up once is looked up there.
// expect: UF001 class=definite function=lose bytes=24 blocks=1
// plain: same
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum { PAGE = 4096, ROOM = 6144, MOST = 1 << 20 };

static void lose(int signal)
{
        for (int i = 1; i < 200; i++)
                free(realloc(calloc(1, i), i * 3));
        char *volatile lost = malloc(24);
        lost[0] = 1;
        lost = NULL;
}

int main(void)
{
        size_t least = getauxval(AT_MINSIGSTKSZ);
        char *pages = mmap(NULL, MOST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        stack_t small = {.ss_sp = pages + PAGE, .ss_size = (least ? least : MINSIGSTKSZ) + ROOM};
        struct sigaction action = {.sa_handler = lose, .sa_flags = SA_ONSTACK};
        mprotect(pages, PAGE, PROT_NONE);
        if (sigaltstack(&small, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0)
                return 1;
        raise(SIGUSR1);
        munmap(pages, MOST);
        puts("lived");
        return 0;
}
