/* The doors by which a process leaves its namespaces: see unshare(2), setns(2) */
#include "shim/hooks/namespace.h"

#include "shim/hooks/door.h"
#include "shim/self/birth.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>

/* Of clone3 the flags stand in memory that need not be there: it is taken for one that leaves. */
void namespace_called(long number, long first)
{
        bool leaves = ((number == SYS_unshare || number == SYS_clone) && first & CLONE_NEWNET) || number == SYS_setns ||
                      number == SYS_clone3;
        if (likely(!leaves))
                return;
        int error = errno;
        birth_keep_way();
        errno = error;
}

DOOR int unshare(int flags)
{
        next_begin();
        namespace_called(SYS_unshare, flags);
        return next_unshare(flags);
}

DOOR int setns(int fd, int type)
{
        next_begin();
        namespace_called(SYS_setns, fd);
        return next_setns(fd, type);
}
