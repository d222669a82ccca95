// A fork child has the kernel lock all memory before it does anything else: what we begin for it later is not filled.
// expect: UF001 class=definite function=make bytes=333 blocks=1
// plain: same
#include "locked.h"

#include <stdlib.h>
#include <sys/wait.h>

static void *make(size_t bytes) { return memset(malloc(bytes), 1, bytes); }

static void in_child(void)
{
        alarm(5); // rather than fill a machine
        int locked = mlockall(MCL_CURRENT | MCL_FUTURE);
        void *volatile lost = make(333);
        lost = NULL;
        for (int i = 0; i < 100000; i++)
                free(make(i % 5000 + 1));
        printf("locked: %d, %s, in memory %s\n", locked,
               status("VmLck") > 256 << 10 ? "too much"
               : status("VmLck") > 1024    ? "well"
                                           : "little",
               status("VmRSS") > 256 << 10 ? "too much" : "well");
        printf("fresh: %s\n", present(fresh()));
        exit(0);
}

int main(void)
{
        int how = 0;
        setvbuf(stdout, NULL, _IONBF, 0);
        free(make(1));
        pid_t child = fork();
        if (child == 0)
                in_child();
        waitpid(child, &how, 0);
        printf("child: %d\n", how);
        return 0;
}
