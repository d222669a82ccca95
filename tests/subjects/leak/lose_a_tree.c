// A tree of 63 nodes without its root.
// expect: UF001 class=definite blocks=63 indirect_blocks=62
#include "make.h"

static struct node *make_tree(void)
{
        struct node *all[63];
        for (int i = 62; i >= 0; i--) {
                all[i] = make_node(i < 31 ? all[2 * i + 1] : NULL);
                all[i]->other = i < 31 ? all[2 * i + 2] : NULL;
        }
        return all[0];
}

static void lose(void) { make_tree(); }

int main(void)
{
        away(lose);
        return 0;
}
