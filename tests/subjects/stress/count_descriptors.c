// What a program may see of descriptors: the lowest free one is the same as without us, and a child inherits no more.
// expect: nothing
// plain: same
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
        free(malloc(10));
        int fd = open("/dev/null", O_RDONLY);
        printf("%d\n", fd);
        fflush(stdout);
        return system("ls /proc/self/fd | wc -l") != 0;
}
