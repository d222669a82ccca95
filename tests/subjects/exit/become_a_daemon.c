// Forks twice, leaves the session, closes what it inherited, and leaks after the first process is gone.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// process: end.how=exit end.code=5
#include "leak_ten.h"
#include <unistd.h>

int main(void)
{
        if (fork())
                return 0;
        setsid();
        if (fork())
                _exit(0);
        for (int fd = 0; fd < 1024; fd++)
                close(fd);
        usleep(200000);
        leak_ten();
        return 5;
}
