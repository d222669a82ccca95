// A program limits itself, as shells do for others (ulimit -v): it can use what it gave itself, and no more, and is told
// what it asked for; so is a fork child, and so are the programs that it becomes.
// expect: UF001 class=definite bytes=70 blocks=1 function=lose
// plain: same
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB ((rlim_t)1 << 30)

__attribute__((noinline)) static void lose(void) { memset(malloc(70), 1, 70); }

static int can_have(size_t bytes)
{
        void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
                return 0;
        munmap(memory, bytes);
        return 1;
}

static void say(const char *who)
{
        struct rlimit limit;
        getrlimit(RLIMIT_AS, &limit);
        printf("%s: %.2f of %.2f, has 1: %d, has 6: %d\n", who, (double)limit.rlim_cur / GIB, (double)limit.rlim_max / GIB,
               can_have(GIB), can_have(6 * GIB));
        fflush(stdout);
}

int main(int argc, char **argv)
{
        if (argc > 1) {
                say("after exec");
                return 0;
        }
        struct rlimit two = {2 * GIB, 4 * GIB}, old, more = {3 * GIB, 5 * GIB};
        setrlimit(RLIMIT_AS, &two);
        say("itself");
        prlimit(0, RLIMIT_AS, &two, &old);
        printf("%.2f\n", (double)old.rlim_cur / GIB);
        if (geteuid() != 0)
                printf("more: %d\n", setrlimit(RLIMIT_AS, &more));
        printf("nonsense: %d\n", setrlimit(RLIMIT_AS, (struct rlimit *)8) < 0 && errno == EFAULT);
        fflush(stdout);
        if (fork() == 0) {
                say("child");
                free(malloc(100));
                say("child");
                execl("/proc/self/exe", argv[0], "again", NULL);
                _exit(1);
        }
        wait(NULL);
        for (size_t n = 1000; n < 400000000; n *= 3)
                free(malloc(n));
        lose();
        return 0;
}
