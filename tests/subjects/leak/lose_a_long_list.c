// A million nodes: marking must not recurse.
// expect: UF001 class=definite blocks=1000000 indirect_blocks=999999
// timeout: 120
#include "make.h"

static void lose(void) { make_list(1000000); }

int main(void)
{
        away(lose);
        return 0;
}
