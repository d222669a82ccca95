// Three nodes that hold one another; a global holds one of them.
// expect: nothing
#include "make.h"

struct node *any;

static void keep(void)
{
        struct node *last = make_node(NULL);
        last->next = make_node(make_node(last));
        any = last->next;
}

int main(void)
{
        away(keep);
        return 0;
}
