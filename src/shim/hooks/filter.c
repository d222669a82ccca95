/* The doors through which a program takes system calls from itself: see sys/filter.h. Who makes a system call by number
 * may end by that, too, or go into another namespace.
 *
 * Both take any number of arguments, as glibc's do: what was not given is what happens to be there.
 */
#include "shim/block/quarantine.h"
#include "shim/hooks/door.h"
#include "shim/hooks/namespace.h"
#include "shim/sys/filter.h"
#include "shim/sys/syscall.h"

#include <errno.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdlib.h>

typedef unsigned long word;

static long failed(long result)
{
        if (!sys_failed(result))
                return result;
        errno = (int)-result;
        return -1;
}

/* What the quarantine holds goes back before there is a filter: later even free() may not ask the kernel. */
static unsigned begin(const struct sock_fprog *program)
{
        unsigned filter = filter_begin(program);
        quarantine_fit(&thread_self);
        return filter;
}

static void end(unsigned filter, bool installed)
{
        filter_end(filter, installed);
        quarantine_fit(&thread_self);
}

DOOR int prctl(int option, word a, word b, word c, word d);
DOOR int prctl(int option, word a, word b, word c, word d)
{
        bool filters = option == PR_SET_SECCOMP && (a == SECCOMP_MODE_STRICT || a == SECCOMP_MODE_FILTER);
        unsigned filter = filters ? begin(a == SECCOMP_MODE_FILTER ? (const struct sock_fprog *)b : NULL) : 0;
        int result = next_begin() ? next_prctl(option, a, b, c, d)
                                  : (int)failed(sys_call_unasked(SYS_prctl, option, (long)a, (long)b, (long)c, (long)d, 0));
        if (filters)
                end(filter, result == 0);
        return result;
}

/* unistd.h has another idea of syscall() than its callers. */
DOOR int execve(const char *path, char *const argv[], char *const envp[]);
DOOR int execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags);
DOOR long syscall(long number, long a, long b, long c, long d, long e, long f);
DOOR long syscall(long number, long a, long b, long c, long d, long e, long f)
{
        bool filters = number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER);
        if (!next_begin())
                return failed(sys_call_unasked(number, a, b, c, d, e, f));
        if (number == SYS_exit_group)
                _Exit((int)a);
        if (number == SYS_execve)
                return execve((const char *)a, (char *const *)b, (char *const *)c);
        if (number == SYS_execveat)
                return execveat((int)a, (const char *)b, (char *const *)c, (char *const *)d, (int)e);
        if (number == SYS_prctl)
                return prctl((int)a, (word)b, (word)c, (word)d, (word)e);
        namespace_called(number, a);
        if (!filters)
                return next_syscall(number, a, b, c, d, e, f);
        unsigned filter = begin(a == SECCOMP_SET_MODE_FILTER ? (const struct sock_fprog *)c : NULL);
        long result = next_syscall(number, a, b, c, d, e, f);
        end(filter, result >= 0);
        return result;
}
