// Becomes another program: its leaks are judged before, the new image has none.
// expect: UF001 class=definite family=malloc allocator=malloc bytes=16 blocks=1 function=leak_{0..9} stack=leak_ten<main
// exit: 23
// process: end.how=exec
// process: end.how=exit end.code=0 exe=*/true
#include "leak_ten.h"
#include <unistd.h>

int main(void)
{
        leak_ten();
        execlp("true", "true", (char *)NULL);
        return 9;
}
