// A system call of the program's own that no library sees: what was alive is named, nobody is accused.
// expect: UF004 class=unclassified bytes=570 blocks=2 function=main note="*past exit() and _exit()*"
// process: end.how=exit end.code=3 judged=not
// exit: 3
#include <stdlib.h>
#include <sys/syscall.h>

static void *kept[2];

int main(void)
{
        for (int i = 0; i < 2; i++)
                kept[i] = malloc(i ? 70 : 500);
#if defined __x86_64__
        __asm__ volatile("syscall" ::"a"(SYS_exit_group), "D"(3));
#else
        register long x8 __asm__("x8") = SYS_exit_group, x0 __asm__("x0") = 3;
        __asm__ volatile("svc #0" ::"r"(x8), "r"(x0));
#endif
}
