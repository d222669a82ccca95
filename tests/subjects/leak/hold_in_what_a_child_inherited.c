// A child hangs its own block into a structure of its parent's.
// expect: nothing
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static struct node *list;

static void begin(void) { list = make_list(100); }
static void extend(void)
{
        struct node *last = list;
        while (last->next)
                last = last->next;
        last->next = make_node(NULL);
}

int main(void)
{
        away(begin);
        pid_t child = fork();
        if (child == 0) {
                away(extend);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        return 0;
}
