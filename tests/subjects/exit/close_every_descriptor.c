// Closes all descriptors, ours among them, and opens others in their place.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=0
#include "leak_ten.h"
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
        for (int fd = 3; fd < 4096; fd++)
                close(fd);
        for (int i = 0; i < 100; i++)
                open("/dev/null", O_RDWR);
        leak_ten();
        return 0;
}
