/* Getting reports and text to where they belong: see emit.h */
#include "cli/command/emit.h"

#include "cli/report/report.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool emit_color(enum color_when when, int fd)
{
        if (when != COLOR_AUTO)
                return when == COLOR_ALWAYS;
        const char *no = getenv("NO_COLOR"), *force = getenv("FORCE_COLOR"), *term = getenv("TERM");
        if (no && *no)
                return false;
        if (force && *force && strcmp(force, "0") != 0)
                return true;
        return isatty(fd) && term && strcmp(term, "dumb") != 0;
}

int emit_bytes(int fd, const char *bytes, size_t n)
{
        while (n > 0) {
                ssize_t put = write(fd, bytes, n);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put < 0 && errno == EPIPE)
                        return 0;
                if (put < 0)
                        return -1;
                bytes += put;
                n -= (size_t)put;
        }
        return 0;
}

static int file_place(const char *path, const char *bytes, size_t n)
{
        char *temporary = NULL;
        const char *slash = strrchr(path, '/');
        if (asprintf(&temporary, "%.*s.unfreed-XXXXXX", slash ? (int)(slash - path) + 1 : 0, path) < 0)
                return -1;
        int fd = mkostemp(temporary, O_CLOEXEC), answer = -1;
        if (fd >= 0) {
                mode_t mask = umask(0);
                umask(mask);
                answer = emit_bytes(fd, bytes, n);
                if (answer == 0)
                        answer = fchmod(fd, 0666 & ~mask);
                if (close(fd) < 0)
                        answer = -1;
                if (answer == 0)
                        answer = rename(temporary, path);
                int error = errno;
                if (answer < 0)
                        unlink(temporary);
                errno = error;
        }
        free(temporary);
        return answer;
}

int emit_file(const char *path, const char *bytes, size_t n)
{
        struct stat there;
        int answer;
        if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
                int fd = open(path, O_WRONLY | O_CLOEXEC);
                answer = fd < 0 ? -1 : emit_bytes(fd, bytes, n);
                if (fd >= 0)
                        close(fd);
        } else {
                answer = file_place(path, bytes, n);
        }
        return answer < 0 ? say_error("%s cannot be written: %s", path, strerror(errno)) : 0;
}

static int report_emit(const struct report_target *target, const struct options *options,
                       const struct capture *capture, const struct findings *findings, int fd)
{
        char *bytes = NULL;
        size_t n = 0;
        FILE *memory = open_memstream(&bytes, &n);
        bool color = !target->path && emit_color(options->color, fd);
        if (target->path && options->color == COLOR_ALWAYS)
                color = true;
        int answer = memory ? report_write(target->format, memory, color, capture, findings, options) : -1;
        if (memory && fclose(memory) != 0)
                answer = -1;
        if (answer < 0)
                say_error("the %s report could not be made: %s", target->format, strerror(errno));
        else if (target->path)
                answer = emit_file(target->path, bytes, n);
        else if (emit_bytes(fd, bytes, n) < 0)
                answer = say_error("the %s report could not be written: %s", target->format, strerror(errno));
        free(bytes);
        return answer < 0 ? answer : 0;
}

int emit_reports(const struct options *options, const struct capture *capture, const struct findings *findings,
                 int fd)
{
        int answer = 0;
        for (size_t i = 0; i < options->n_targets; i++)
                if (report_emit(&options->targets[i], options, capture, findings, fd) < 0)
                        answer = -1;
        return answer;
}
