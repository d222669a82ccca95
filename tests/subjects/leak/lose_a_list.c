// Ten nodes, and nobody knows the first.
// expect: UF001 class=definite blocks=10 indirect_blocks=9 function=make_node
#include "make.h"

static void lose(void) { make_list(10); }

int main(void)
{
        away(lose);
        return 0;
}
