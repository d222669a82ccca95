// Children that may write no file of any size, or have no descriptor more: they are recorded all the same, no signal comes
// of it, and their limits are what they made them. Where nothing can be opened, /proc/self/maps cannot be, and what still
// points to a block is not known.
// expect: UF001 class=definite bytes=600 blocks=3 function=lose
// expect: UF004 bytes=900 blocks=2 function=lose
// process: end.code=1 dropped=0
// process: end.code=5 dropped=0
// stdout: 1 2 3 4 5
// plain: same
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

__attribute__((noinline)) static void lose(size_t bytes) { memset(malloc(bytes), 1, bytes); }

static void get_a_signal(int number) { signals++; }

static int child(int n)
{
        static const struct {
                int resource;
                rlim_t soft, hard;
        } limits[] = {{RLIMIT_FSIZE, 0, RLIM_INFINITY}, {RLIMIT_FSIZE, 0, 0}, {RLIMIT_FSIZE, 100000, 100000},
                      {RLIMIT_NOFILE, 3, 3}, {RLIMIT_NOFILE, 0, 1000}};
        struct rlimit wanted = {limits[n - 1].soft, limits[n - 1].hard}, now;
        signal(SIGXFSZ, get_a_signal);
        if (setrlimit(limits[n - 1].resource, &wanted) != 0)
                return 98;
        lose((size_t)n * 100);
        getrlimit(limits[n - 1].resource, &now);
        return signals || now.rlim_cur != wanted.rlim_cur || now.rlim_max != wanted.rlim_max ? 99 : n;
}

int main(void)
{
        int ends[6] = {0};
        for (int n = 1; n <= 5; n++) {
                int status = 0;
                pid_t pid = fork();
                if (pid == 0)
                        exit(child(n));
                waitpid(pid, &status, 0);
                ends[n] = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        }
        printf("%d %d %d %d %d\n", ends[1], ends[2], ends[3], ends[4], ends[5]);
        return 0;
}
