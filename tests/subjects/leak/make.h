/* What the subjects about lost blocks share
 *
 * make() gives a block whose pointer it keeps nowhere. away() runs a function far below its caller's frame, so that what
 * it leaves in stale stack cannot be mistaken for a live word of a shallower frame later.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct node {
        struct node *next, *other;
        long number;
};

__attribute__((noinline, unused)) static void *make(size_t bytes) { return memset(malloc(bytes), 'm', bytes); }

__attribute__((noinline, unused)) static struct node *make_node(struct node *next)
{
        struct node *node = calloc(1, sizeof *node);
        node->next = next;
        return node;
}

__attribute__((noinline, unused)) static struct node *make_list(int n)
{
        struct node *list = NULL;
        while (n-- > 0)
                list = make_node(list);
        return list;
}

__attribute__((noinline, unused)) static void away(void (*function)(void))
{
        volatile char room[16384];
        room[0] = 1;
        function();
}
