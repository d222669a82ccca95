// Its own pointer does not hold it.
// expect: UF001 class=definite blocks=1 indirect_blocks=0
#include "make.h"

static void lose(void)
{
        struct node *node = make_node(NULL);
        node->next = node;
}

int main(void)
{
        away(lose);
        return 0;
}
