// A child loses a block of its own; what it inherited and forgot is its parent's to judge.
// expect: UF001 class=definite blocks=1 function=make bytes=40
#include "make.h"
#include <sys/wait.h>
#include <unistd.h>

static struct node *list;

static void begin(void) { list = make_list(100); }
static void lose(void)
{
        list = NULL;
        make(40);
}

int main(void)
{
        away(begin);
        pid_t child = fork();
        if (child == 0) {
                away(lose);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        return 0;
}
