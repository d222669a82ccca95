// Programs and fork children in network namespaces of their own, as sandboxes make them: an abstract address leads to
// nobody from there. They are recorded nevertheless, also where they have become another user.
// run: {self} {built}/leak_here_only
// needs: may:net
// expect: UF001 class=definite function=leak_here bytes=320 blocks=2
// expect: UF001 class=definite function=lose bytes=77 blocks=1
// summary: unwatched=0
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static void lose(void) { memset(malloc(77), 1, 77); }

static void go(void)
{
        if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
                _exit(99);
}

static int status_of(pid_t child)
{
        int status;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
        pid_t child = fork();
        if (child == 0) {
                go();
                execl(argv[1], argv[1], NULL);
                _exit(98);
        }
        if (status_of(child) != 0)
                return 1;
        child = fork();
        if (child == 0) {
                go();
                if (geteuid() == 0 && setuid(65534) != 0 && getuid() != 65534)
                        setuid(0); // in a user namespace there may be no other
                lose();
                exit(0);
        }
        if (status_of(child) != 0)
                return 2;
        child = fork();
        if (child == 0) {
                free(malloc(1));
                go();
                execl(argv[1], argv[1], NULL);
                _exit(98);
        }
        return status_of(child) == 0 ? 0 : 3;
}
