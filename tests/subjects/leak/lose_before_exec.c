// What was lost before the process became another.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static void lose(void) { make(40); }

int main(void)
{
        away(lose);
        execl("/bin/true", "true", NULL);
        return 1;
}
