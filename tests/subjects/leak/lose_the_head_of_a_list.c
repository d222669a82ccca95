// The second node on is held; only the first is lost.
// expect: UF001 class=definite blocks=1 function=make_node bytes=24
#include "make.h"

struct node *rest;

static void lose(void) { rest = make_list(10)->next; }

int main(void)
{
        away(lose);
        return 0;
}
