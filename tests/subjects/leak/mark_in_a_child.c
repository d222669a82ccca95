// In a fork child a mark of its parent's means the fork: what was born there is new, what it inherited is not its own.
// expect: UF001 class=definite blocks=1 function=make bytes=40
// stdout: child: 1 sites, 40 bytes
// stdout: parent: 1 sites, 2400 bytes
#include "make.h"
#include "shim/hooks/unfreed.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct node *list;
static uint64_t mark;

static void begin(void) { list = make_list(100); }
static void lose(void) { make(40); }

static void ask(const char *who, unsigned what)
{
        struct unfreed_site site[4] = {{0}};
        int64_t n = unfreed_since(mark, what, site, 4);
        printf("%s: %d sites, %d bytes\n", who, (int)n, (int)site->bytes);
}

int main(void)
{
        setvbuf(stdout, NULL, _IONBF, 0);
        mark = unfreed_mark();
        away(begin);
        pid_t child = fork();
        if (child == 0) {
                away(lose);
                ask("child", UNFREED_ONLY_LOST);
                _exit(0);
        }
        waitpid(child, NULL, 0);
        ask("parent", UNFREED_ONLY_GROWN);
        return 0;
}
