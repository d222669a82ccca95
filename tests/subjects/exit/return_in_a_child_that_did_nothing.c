// A fork child that neither makes nor releases a block, as its parent has not yet, and returns from main.
// expect: nothing
// stdout: 0
// plain: same
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        int status;
        if (fork() == 0)
                return 0;
        wait(&status);
        printf("%d\n", status);
        return 0;
}
