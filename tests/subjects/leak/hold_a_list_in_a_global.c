// Ten nodes; a global knows the first.
// expect: nothing
#include "make.h"

struct node *head;

static void keep(void) { head = make_list(10); }

int main(void)
{
        away(keep);
        return 0;
}
