// A tree of 63 nodes; a static variable knows its root.
// expect: nothing
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

static void keep(void)
{
        static struct node *root;
        root = make_tree();
}

int main(void)
{
        away(keep);
        return 0;
}
