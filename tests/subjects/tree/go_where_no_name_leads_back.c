// A child leaves the network namespace in which its runner has a name, and the folder where it has another is hidden, as
// with a /tmp of one's own. It is still recorded, and what it executes there is named as not watched: by unshare(2), by
// setns(2), by clone(2), by clone3(2), and after an exec.
// run: {self} {built}/leak_here_only
// needs: may:net may:mounts
// expect: UF001 class=definite stack=lose<by_clone<main bytes=154 blocks=2
// expect: UF001 class=definite stack=lose<later<main bytes=77 blocks=1
// summary: unwatched=5
// plain: same
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static void lose(void) { memset(malloc(77), 1, 77); }

static void hide_the_folder(void)
{
        const char *names = getenv("UNFREED_RUNNER"), *path = names ? strchr(names, ':') : NULL;
        char folder[256] = "";
        if (!path)
                return; /* alone */
        strncpy(folder, path + 1, sizeof folder - 1);
        *strrchr(folder, '/') = 0;
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("none", folder, "tmpfs", 0, NULL) != 0)
                _exit(99);
}

static int status_of(pid_t child)
{
        int status;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Nothing is allocated between fork and exec. */
static void by_unshare(const char *program)
{
        if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
                _exit(99);
        hide_the_folder();
        execl(program, program, NULL);
        _exit(98);
}

/* Somebody else made that network. Only setns() says that it is entered. */
static void by_setns(const char *program)
{
        int ready[2], go[2];
        char byte;
        if (pipe(ready) != 0 || pipe(go) != 0)
                _exit(99);
        pid_t other = fork();
        if (other == 0) {
                close(go[1]);
                if (unshare(CLONE_NEWNET) != 0 || write(ready[1], "", 1) != 1)
                        _exit(99);
                _exit(read(go[0], &byte, 1) == 0 ? 0 : 99);
        }
        close(ready[1]);
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/ns/net", (int)other);
        int network = read(ready[0], &byte, 1) == 1 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (network < 0 || setns(network, CLONE_NEWNET) != 0 || unshare(CLONE_NEWNS) != 0)
                _exit(99);
        close(go[1]);
        if (status_of(other) != 0)
                _exit(97);
        hide_the_folder();
        execl(program, program, NULL);
        _exit(98);
}

static void by_clone3(const char *program)
{
        struct clone_args what = {.flags = CLONE_NEWNET | CLONE_NEWNS, .exit_signal = SIGCHLD};
        long child = syscall(SYS_clone3, &what, sizeof what);
        if (child < 0) /* a sandbox that does not know it */
                child = syscall(SYS_clone, CLONE_NEWNET | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL);
        if (child)
                _exit(status_of((pid_t)child));
        hide_the_folder();
        execl(program, program, NULL);
        _exit(98);
}

/* And here all is, where no name leads back. */
static void by_clone(const char *program)
{
        pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWNET | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL);
        if (child)
                _exit(status_of(child));
        hide_the_folder();
        lose();
        child = fork();
        if (child == 0) {
                lose();
                exit(0);
        }
        if (status_of(child) != 0)
                _exit(97);
        execl(program, program, NULL);
        _exit(98);
}

/* What was executed in another network, but with the folder still there, goes on. */
static void later(const char *program)
{
        hide_the_folder();
        lose();
        execl(program, program, NULL);
        _exit(98);
}

int main(int argc, char **argv)
{
        if (argc > 2)
                later(argv[1]);
        void (*ways[])(const char *) = {by_unshare, by_setns, by_clone, by_clone3};
        for (int i = 0; i < 4; i++) {
                pid_t child = fork();
                if (child == 0)
                        ways[i](argv[1]);
                if (status_of(child) != 0)
                        return 1 + i;
        }
        pid_t child = fork();
        if (child == 0) {
                if (unshare(CLONE_NEWNET | CLONE_NEWNS) == 0)
                        execl("/proc/self/exe", argv[0], argv[1], "later", NULL);
                _exit(98);
        }
        return status_of(child) == 0 ? 0 : 5;
}
