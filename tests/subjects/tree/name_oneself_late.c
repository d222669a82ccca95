// Says only after its start which worker it is, as the workers of pytest-xdist do; its child by fork is another one, and
// has a rank by the environment that it was started with.
// env: PMI_RANK=3
// expect: UF001 function=lose bytes=77
// process: labels.worker=gw0 labels.rank=3
// process: labels.worker=gw1 labels.rank=3
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;

__attribute__((noinline)) static void lose(void)
{
        sink = malloc(77);
        sink = NULL;
}

int main(void)
{
        setenv("PYTEST_XDIST_WORKER", "gw0", 1);
        if (fork() == 0) {
                setenv("PYTEST_XDIST_WORKER", "gw1", 1);
                lose();
                exit(0);
        }
        wait(NULL);
        return 0;
}
