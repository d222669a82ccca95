// Three nodes that hold one another, and nobody holds them: one leads, two follow.
// expect: UF001 class=definite blocks=3 indirect_blocks=2
#include "make.h"

static void lose(void)
{
        struct node *last = make_node(NULL);
        last->next = make_node(make_node(last));
}

int main(void)
{
        away(lose);
        return 0;
}
