// A fork child hangs the last byte of its own block into a block of its parent's: that is a pointer of its program's, not
// a link of free memory.
// expect: UF002 class=possible bytes=161 blocks=1 function=make
// exit: 0
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static char **held;

static void keep(void) { held[3] = (char *)make(161) + 160; }

int main(void)
{
        held = calloc(1, 64);
        if (fork() == 0) {
                away(keep);
                _exit(0);
        }
        wait(NULL);
        return 0;
}
