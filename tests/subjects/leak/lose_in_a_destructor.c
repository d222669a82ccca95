// Made after main by a library's end.
// expect: UF001 class=definite blocks=1 function=make
#include "make.h"

static void lose(void) { make(40); }

__attribute__((destructor)) static void end(void) { away(lose); }

int main(void)
{
        return 0;
}
