// The first process ends before its child, which leaks later.
// expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
// process: end.how=exit end.code=0
// process: end.how=exit end.code=9
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void leak_here(void) { memset(malloc(160), 1, 160); }

int main(void)
{
        if (fork() == 0) {
                usleep(300000);
                leak_here();
                exit(9);
        }
        return 0;
}
