/* How a process ended, found out by whoever is not its parent: see fate.h */
#include "cli/collect/fate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/pidfd.h of Linux 6.15; Debian 12's headers are older. The layout is the first published one (64 bytes), which
 * the kernel goes on taking. */
struct fate_info {
        uint64_t mask, cgroup;
        uint32_t pid, tgid, ppid, uids_and_gids[8];
        int32_t exit_code;
};
_Static_assert(sizeof(struct fate_info) == 64, "PIDFD_INFO_SIZE_VER0");
enum { FATE_INFO_EXIT = 1 << 3 };
#define FATE_GET_INFO _IOWR(0xff, 11, struct fate_info)

static bool fate_from_pidfd(int pidfd, int *ret_status)
{
        struct fate_info info = {.mask = FATE_INFO_EXIT};
        if (pidfd < 0 || ioctl(pidfd, FATE_GET_INFO, &info) < 0 || !(info.mask & FATE_INFO_EXIT))
                return false;
        *ret_status = info.exit_code;
        return true;
}

/* Fields of /proc/PID/stat from the third on; the second holds a name with anything in it, in parentheses. */
static bool stat_read(pid_t pid, char *ret_state, int *ret_status)
{
        char path[48], text[1024];
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        ssize_t n = read(fd, text, sizeof text - 1);
        close(fd);
        if (n <= 0)
                return false;
        text[n] = '\0';
        char *at = strrchr(text, ')'), *last = strrchr(text, ' ');
        if (!at || at[1] != ' ' || !last)
                return false;
        *ret_state = at[2];
        *ret_status =
                atoi(last + 1); /* exit_code, field 52, is the last one (Linux 3.5); 0 where it is not ours to see */
        return true;
}

bool fate_of(int pidfd, pid_t pid, int *ret_status)
{
        if (fate_from_pidfd(pidfd, ret_status))
                return true;
        char state;
        int status;
        /* Its parent may have reaped it since the first question. */
        if (pid <= 0 || !stat_read(pid, &state, &status) || state != 'Z')
                return fate_from_pidfd(pidfd, ret_status);
        if (pidfd >= 0 && syscall(424, pidfd, 0, NULL, 0) < 0 && errno == ESRCH)
                return fate_from_pidfd(pidfd, ret_status); /* reaped: that zombie was another of the same number */
        *ret_status = status;
        return true;
}

bool fate_has_ended(int pidfd, pid_t pid)
{
        if (pidfd >= 0) {
                struct pollfd end = {.fd = pidfd, .events = POLLIN};
                return poll(&end, 1, 0) > 0;
        }
        char state;
        int status;
        if (pid <= 0)
                return false;
        if (kill(pid, 0) < 0 && errno == ESRCH)
                return true;
        return stat_read(pid, &state, &status) && state == 'Z';
}
