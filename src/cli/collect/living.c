/* The arena of a process that runs: see living.h */
#include "cli/collect/living.h"

#include "cli/collect/status.h"
#include "cli/capture/arena.h"
#include "cli/say/say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANCESTORS_MAX = 256 };

struct search {
        pid_t pid;      /* as the arena says it, which is as the process sees itself */
        int fd;         /* best so far; -1 = none */
        uint64_t start; /* when its image began */
        bool refused;   /* somebody's descriptors could not be looked at */
};

pid_t living_pid(const char *word)
{
        char *end;
        long pid = strtol(word, &end, 10);
        return *word && !*end && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static void candidate_take(struct search *search, const char *path)
{
        char target[64];
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n < 0)
                return;
        target[n] = '\0';
        if (strncmp(target, "/memfd:unfreed", 14) != 0 || (target[14] != '\0' && target[14] != ' '))
                return;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct arena_brief brief;
        bool better = fd >= 0 && arena_peek(fd, &brief) && brief.pid == search->pid && brief.how != END_EXEC &&
                      (search->fd < 0 || brief.start_ns >= search->start);
        if (!better) {
                if (fd >= 0)
                        close(fd);
                return;
        }
        if (search->fd >= 0)
                close(search->fd);
        search->fd = fd;
        search->start = brief.start_ns;
}

static void holder_search(struct search *search, pid_t holder)
{
        char path[PATH_MAX];
        snprintf(path, sizeof path, "/proc/%d/fd", (int)holder);
        DIR *descriptors = opendir(path);
        if (!descriptors) {
                search->refused = search->refused || errno == EACCES || errno == EPERM;
                return;
        }
        for (struct dirent *entry; (entry = readdir(descriptors)) != NULL;) {
                snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)holder, entry->d_name);
                if (entry->d_name[0] != '.')
                        candidate_take(search, path);
        }
        closedir(descriptors);
}

int living_open(pid_t pid)
{
        long inner = status_number(pid, "NSpid", true); /* its pid in the innermost namespace */
        if (inner < 0 && kill(pid, 0) < 0 && errno == ESRCH)
                return say_error("there is no process %d", (int)pid);
        struct search search = {.pid = inner > 0 ? (pid_t)inner : pid, .fd = -1};
        pid_t holder = pid;
        for (int i = 0; i < ANCESTORS_MAX && holder > 0 && search.fd < 0; i++) {
                holder_search(&search, holder);
                holder = (pid_t)status_number(holder, "PPid", false);
        }
        if (search.fd < 0)
                return say_error(search.refused ? "process %d is not ours to look at"
                                                : "process %d does not run under unfreed, or has allocated nothing yet",
                                 (int)pid);
        return search.fd;
}
