// Two heads made at two places share nodes: each head is lost, the shared ones follow one of them.
// expect: UF001 class=definite function=left blocks=1
// expect: UF001 class=definite function=right blocks=1
// expect: UF001 class=indirect function=make_node blocks=3
#include "make.h"

static struct node *left(struct node *tail)
{
        struct node *node = calloc(1, sizeof *node);
        node->next = tail;
        return node;
}

static struct node *right(struct node *tail)
{
        struct node *node = calloc(1, sizeof *node);
        node->next = tail;
        return node;
}

static void lose(void)
{
        struct node *tail = make_list(3);
        left(tail);
        right(tail);
}

int main(void)
{
        away(lose);
        return 0;
}
