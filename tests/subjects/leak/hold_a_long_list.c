// A million nodes, held by their first.
// expect: nothing
// timeout: 120
#include "make.h"

struct node *head;

static void keep(void) { head = make_list(1000000); }

int main(void)
{
        away(keep);
        return 0;
}
