/* The doors by which a process leaves its namespaces: see unshare(2), setns(2) */
#include "shim/hooks/namespace.h"

#include "shim/hooks/door.h"
#include "shim/self/birth.h"

#include <errno.h>
#include <sched.h>

void namespace_leave(void)
{
        int error = errno;
        birth_keep_way();
        errno = error;
}

DOOR int unshare(int flags)
{
        next_begin();
        if (flags & CLONE_NEWNET)
                namespace_leave();
        return next_unshare(flags);
}

DOOR int setns(int fd, int type)
{
        next_begin();
        namespace_leave();
        return next_setns(fd, type);
}
