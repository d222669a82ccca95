/* Getting reports and text to where they belong: see emit.h */
#include "cli/command/emit.h"

#include "cli/report/report.h"
#include "cli/say/place.h"
#include "cli/say/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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

struct report_surface emit_surface(const struct report_target *target, enum color_when when, int fd)
{
        struct winsize size;
        if (target->path)
                return (struct report_surface){.color = when == COLOR_ALWAYS};
        bool is_terminal = ioctl(fd, TIOCGWINSZ, &size) == 0;
        return (struct report_surface){.color = emit_color(when, fd), .columns = is_terminal ? size.ws_col : 0};
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

int emit_file(const char *path, const char *bytes, size_t n)
{
        struct place place;
        int answer = place_begin(path, &place);
        if (answer >= 0)
                answer = place_end(&place, emit_bytes(place.fd, bytes, n) == 0, false);
        return answer < 0 ? say_error("%s cannot be written: %s", path, strerror(errno)) : 0;
}

/* Where a report is made before anyone sees it: a file without a name, so that a large report is not in memory twice;
 * where none can be had, memory. */
struct draft {
        FILE *out;
        char *bytes; /* memory only */
        size_t n;
};

static FILE *draft_open(struct draft *draft)
{
        *draft = (struct draft){.out = tmpfile()};
        if (!draft->out)
                draft->out = open_memstream(&draft->bytes, &draft->n);
        return draft->out;
}

/* What was written, to be read. NULL: errno says why. */
static const char *draft_map(struct draft *draft)
{
        if (fflush(draft->out) != 0 || ferror(draft->out))
                return NULL;
        if (draft->bytes)
                return draft->bytes;
        off_t n = ftello(draft->out);
        if (n <= 0)
                return n < 0 ? NULL : "";
        draft->n = (size_t)n;
        void *map = mmap(NULL, draft->n, PROT_READ, MAP_SHARED, fileno(draft->out), 0);
        return map == MAP_FAILED ? NULL : map;
}

static void draft_close(struct draft *draft, const char *map)
{
        if (map && !draft->bytes && draft->n)
                munmap((void *)map, draft->n);
        if (draft->out)
                fclose(draft->out);
        free(draft->bytes);
}

static int report_emit(const struct report_target *target, const struct options *options, const struct capture *capture,
                       const struct findings *findings, int fd)
{
        struct draft draft;
        const char *map = NULL;
        int answer = draft_open(&draft) ? 0 : -1;
        if (answer == 0)
                answer = report_write(target->format, draft.out, emit_surface(target, options->color, fd), capture,
                                      findings, options);
        if (answer >= 0 && !(map = draft_map(&draft)))
                answer = -1;
        if (answer < 0)
                say_error("the %s report could not be made: %s", target->format, strerror(errno));
        else if (target->path)
                answer = emit_file(target->path, map, draft.n);
        else if (emit_bytes(fd, map, draft.n) < 0)
                answer = say_error("the %s report could not be written: %s", target->format, strerror(errno));
        draft_close(&draft, map);
        return answer < 0 ? answer : 0;
}

int emit_reports(const struct options *options, const struct capture *capture, const struct findings *findings, int fd)
{
        int answer = 0;
        for (size_t i = 0; i < options->n_targets; i++)
                if (report_emit(&options->targets[i], options, capture, findings, fd) < 0)
                        answer = -1;
        return answer;
}
