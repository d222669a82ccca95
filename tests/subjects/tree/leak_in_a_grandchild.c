// A child's child leaks and exits 0; everybody above it is clean and exits 0.
// expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
// summary: leaked_bytes=160
// process: end.how=exit end.code=0
// process: end.how=exit end.code=0
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void leak_here(void) { memset(malloc(160), 1, 160); }

static void descend(int generations)
{
        pid_t child = fork();
        if (child == 0) {
                if (generations == 1)
                        leak_here();
                else
                        descend(generations - 1);
                exit(0);
        }
        waitpid(child, NULL, 0);
}

int main(void)
{
        descend(2);
        return 0;
}
