// unsetenv drops what putenv was given.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static void lose(void)
{
        putenv(strcpy(make(40), "HELD=no longer"));
        unsetenv("HELD");
        setenv("ANOTHER", "1", 1);
}

int main(void)
{
        away(lose);
        return 0;
}
