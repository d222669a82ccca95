// A child keeps its own blocks in copies of its parent's, which the parent releases after 140 forks.
// expect: nothing
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static struct node *list;

static void begin(void) { list = make_list(10); }
static void extend(void)
{
        for (struct node *at = list, *next; at; at = next) {
                next = at->next;
                at->next = make_node(next);
        }
}
static void release(void)
{
        for (struct node *at = list, *next; at; at = next) {
                next = at->next;
                free(at);
        }
}

int main(void)
{
        int released[2];
        char byte;
        pid_t child;
        away(begin);
        pipe(released);
        if ((child = fork()) == 0) {
                close(released[1]);
                away(extend);
                read(released[0], &byte, 1); /* until its other end is closed */
                _exit(0);
        }
        for (int i = 0; i < 140; i++) {
                if (fork() == 0)
                        _exit(0);
                wait(NULL);
        }
        release();
        close(released[1]);
        waitpid(child, NULL, 0);
        return 0;
}
