/* Files that appear whole: see place.h */
#include "cli/say/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The descriptor that this name means; -1 = it names none. To open the name would begin at the start of the file. */
static int descriptor_named(const char *path)
{
        static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
        if (strcmp(path, "/dev/stdout") == 0)
                return STDOUT_FILENO;
        if (strcmp(path, "/dev/stderr") == 0)
                return STDERR_FILENO;
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
                size_t n = strlen(folders[i]);
                char *end;
                if (strncmp(path, folders[i], n) != 0 || !path[n])
                        continue;
                long fd = strtol(path + n, &end, 10);
                return *end || fd < 0 || fd > INT_MAX ? -1 : (int)fd;
        }
        return -1;
}

static int place_directly(struct place *place, int fd)
{
        place->fd = fd;
        return fd < 0 ? -1 : 0;
}

int place_begin(const char *path, struct place *place)
{
        struct stat there;
        *place = (struct place){.fd = -1};
        int descriptor = descriptor_named(path);
        if (descriptor >= 0)
                return place_directly(place, fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
        bool is_there = stat(path, &there) == 0;
        if (is_there && !S_ISREG(there.st_mode))
                return place_directly(place, open(path, O_WRONLY | O_CLOEXEC));
        mode_t mask = umask(0);
        umask(mask);
        place->path = is_there ? realpath(path, NULL) : strdup(path);
        const char *slash = place->path ? strrchr(place->path, '/') : NULL;
        if (!place->path || asprintf(&place->beside, "%.*s.unfreed-XXXXXX", slash ? (int)(slash - place->path) + 1 : 0,
                                     place->path) < 0)
                place->beside = NULL;
        else if ((place->fd = mkostemp(place->beside, O_CLOEXEC)) >= 0 &&
                 fchmod(place->fd, is_there ? there.st_mode & 07777 : 0666 & ~mask) == 0)
                return 0;
        int error = errno;
        if (place->fd >= 0)
                place_end(place, false, false);
        else
                free(place->path), free(place->beside);
        errno = error;
        return -1;
}

int place_end(struct place *place, bool whole, bool fresh)
{
        int answer = whole ? 0 : -1, error = errno;
        if (close(place->fd) < 0 && answer == 0) {
                answer = -1;
                error = errno;
        }
        if (answer == 0 && place->beside &&
            (fresh ? link(place->beside, place->path) : rename(place->beside, place->path)) < 0) {
                answer = fresh && errno == EEXIST ? 1 : -1;
                error = errno;
        }
        if (place->beside && (answer != 0 || fresh))
                unlink(place->beside);
        free(place->path);
        free(place->beside);
        *place = (struct place){.fd = -1};
        errno = error;
        return answer;
}
