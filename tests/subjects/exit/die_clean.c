// The clean twin of the deaths: nothing is alive, the signal is passed on.
// expect: nothing
// signal: 15
// process: end.how=signal end.signal=15
#include <signal.h>
#include <stdlib.h>

int main(void)
{
        free(malloc(16));
        raise(SIGTERM);
}
