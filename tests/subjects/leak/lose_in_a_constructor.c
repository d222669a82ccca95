// Made before main, forgotten before main.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static void lose(void) { make(40); }

__attribute__((constructor)) static void begin(void) { away(lose); }

int main(void)
{
        return 0;
}
