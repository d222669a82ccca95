/* Its child loses a block and becomes the program that the arguments say; then it ends with 3 itself. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char *volatile last;

static __attribute__((noinline)) void lose(void) { last = malloc(77); }

int main(int argc, char **argv)
{
        if (argc > 1 && fork() == 0) {
                lose();
                last = NULL;
                execvp(argv[1], argv + 1);
                _exit(127);
        }
        wait(NULL);
        return 3;
}
