/* A short errand in a child that shares our memory but not our descriptors */
#include "shim/sys/errand.h"

#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <linux/wait.h>
#include <sched.h>
#include <signal.h>

enum { STACK_BYTES = 65536 };

struct errand {
        int (*run)(void *context);
        void *context;
};

static int errand_main(void *argument)
{
        struct errand *errand = argument;
        sys_call(SYS_exit_group, errand->run(errand->context));
        return 0;
}

int errand_run(int (*run)(void *context), void *context)
{
        unsigned char *stack = pages_take(STACK_BYTES);
        if (stack == NULL)
                return -1;
        int saved_errno = errno;
        /* The child has the program's handlers: none may run in it, on our memory. */
        uint64_t all = ~UINT64_C(0), mask = 0;
        sys_call(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof all);
        struct errand errand = {run, context};
        const long asked[6] = {CLONE_VM | CLONE_VFORK};
        bool may = filter_allows(SYS_clone, asked);
        int pid = !may ? -1 : clone(errand_main, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, &errand);
        int status = -1;
        long result = -EINTR;
        while (pid > 0 && result == -EINTR)
                result = sys_call(SYS_wait4, pid, &status, __WALL);
        sys_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
        pages_give(stack, STACK_BYTES);
        errno = saved_errno;
        return pid > 0 && result == pid ? status : -1;
}
