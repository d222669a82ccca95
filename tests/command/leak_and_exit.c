/* Prints a line, leaks what the first argument says (a number of 24-byte blocks) and ends with the status that the
 * second says; or, when that is negative, dies of that signal. A third argument is a file to be made, by which a test
 * sees that the program was started; a fourth is how many seconds to wait before the end. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *volatile last;

static __attribute__((noinline)) void leak(void) { last = malloc(24); }

int main(int argc, char **argv)
{
        int n = argc > 1 ? atoi(argv[1]) : 1, status = argc > 2 ? atoi(argv[2]) : 0;
        if (argc > 3)
                close(open(argv[3], O_WRONLY | O_CREAT, 0666));
        printf("the program's own line\n");
        fflush(stdout);
        for (int i = 0; i < n; i++)
                leak();
        last = NULL;
        if (argc > 4)
                sleep((unsigned)atoi(argv[4]));
        if (status < 0)
                raise(-status);
        return status;
}
