/* The program around the units where Criterion is not: see criterion.h. Arguments are the cases to run; none = all. */
#include "criterion.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 100 };

static struct stand_in_test *first, **last = &first;
static int stderr_kept[2] = {-1, -1};

void stand_in_add(struct stand_in_test *test)
{
        *last = test;
        last = &test->next;
}

void stand_in_fail(const char *file, int line, const char *what)
{
        fprintf(stdout, "# %s:%d: %s\n", file, line, what);
        fflush(stdout);
        _exit(1);
}

void cr_redirect_stderr(void)
{
        if (pipe(stderr_kept) == 0)
                dup2(stderr_kept[1], STDERR_FILENO);
}

bool stand_in_stderr_is(const char *text)
{
        char got[4096];
        dup2(STDOUT_FILENO, STDERR_FILENO);
        close(stderr_kept[1]);
        ssize_t n = read(stderr_kept[0], got, sizeof got);
        return n == (ssize_t)strlen(text) && memcmp(got, text, (size_t)n) == 0;
}

static bool is_named(const struct stand_in_test *test, char *const *names)
{
        char name[256];
        snprintf(name, sizeof name, "%s::%s", test->suite, test->name);
        for (; *names; names++)
                if (strcmp(*names, name) == 0)
                        return true;
        return false;
}

int main(int argc, char **argv)
{
        int n = 0, n_failed = 0;
        for (const struct stand_in_test *test = first; test; test = test->next) {
                if (argc > 1 && !is_named(test, argv + 1))
                        continue;
                fflush(stdout);
                pid_t child = fork();
                if (child == 0) {
                        alarm(SECONDS);
                        test->run();
                        fflush(stdout);
                        _exit(0);
                }
                int status = -1;
                bool passed = child > 0 && waitpid(child, &status, 0) == child && status == 0;
                printf("%sok %d - %s::%s", passed ? "" : "not ", ++n, test->suite, test->name);
                printf(passed ? "\n" : " (status %#x)\n", status);
                n_failed += !passed;
        }
        printf("1..%d\n", n);
        return n_failed != 0;
}
