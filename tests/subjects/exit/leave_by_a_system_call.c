// Who ends by the number of the system call is judged as after _exit().
// expect: UF001 class=definite bytes=70 blocks=1 function=lose
// process: end.how=exit end.code=3 judged=whole
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *kept;

__attribute__((noinline)) static void lose(void) { memset(malloc(70), 1, 70); }

int main(void)
{
        kept = malloc(500);
        lose();
        memset(__builtin_alloca(4096), 0, 4096);
        syscall(SYS_exit_group, 3);
}
