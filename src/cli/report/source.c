/* Lines of source files, where they can be read: see source.h
 *
 * Each file is read once, whole. What is no regular file, or too large to have been written by a person, is not
 * touched: paths come from debug information, which may name anything, a terminal or a pipe included.
 */
#include "cli/report/source.h"

#include "cli/policy/map.h"
#include "cli/policy/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_MAX_BYTES = 32 << 20 };

struct source {
        const char *text;
        size_t n_bytes;
        size_t *line_offs; /* where each line begins */
        size_t n_lines;    /* 0 = cannot be read */
};

struct sources {
        struct store *store;
        struct map *by_path;
};

struct sources *sources_new(void)
{
        struct store *store = store_new();
        struct sources *sources = store_take(store, sizeof *sources);
        sources->store = store;
        sources->by_path = map_new();
        return sources;
}

void sources_free(struct sources *sources)
{
        map_free(sources->by_path);
        store_free(sources->store);
}

static char *read_file(struct store *store, const char *path, size_t *ret_bytes)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return NULL;
        struct stat st;
        char *text = NULL;
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= SOURCE_MAX_BYTES) {
                text = store_take(store, (size_t)st.st_size + 1);
                ssize_t n;
                for (*ret_bytes = 0; *ret_bytes < (size_t)st.st_size; *ret_bytes += (size_t)n)
                        if ((n = read(fd, text + *ret_bytes, (size_t)st.st_size - *ret_bytes)) <= 0)
                                break;
        }
        close(fd);
        return text;
}

static void find_lines(struct store *store, struct source *source)
{
        const char *end = source->text + source->n_bytes;
        size_t n = 1;
        for (const char *c = source->text; (c = memchr(c, '\n', (size_t)(end - c))); c++)
                n++;
        source->line_offs = store_take(store, n * sizeof *source->line_offs);
        source->n_lines = n;
        n = 1;
        for (const char *c = source->text; (c = memchr(c, '\n', (size_t)(end - c))); c++)
                source->line_offs[n++] = (size_t)(c + 1 - source->text);
}

static const struct source *source_of(struct sources *sources, const char *path)
{
        void **value = map_at(sources->by_path, path, strlen(path));
        if (!*value) {
                struct source *new = store_take(sources->store, sizeof *new);
                *value = new;
                new->text = *path ? read_file(sources->store, path, &new->n_bytes) : NULL;
                if (new->text)
                        find_lines(sources->store, new);
        }
        return *value;
}

const char *source_text(struct sources *sources, const char *path, size_t *ret_bytes)
{
        const struct source *source = source_of(sources, path);
        *ret_bytes = source->n_bytes;
        return source->text;
}

const char *source_line(struct sources *sources, const char *path, int line, size_t *ret_bytes)
{
        const struct source *source = source_of(sources, path);
        if (line < 1 || (size_t)line > source->n_lines)
                return NULL;
        const char *begin = source->text + source->line_offs[line - 1];
        const char *end = (size_t)line < source->n_lines ? source->text + source->line_offs[line] - 1
                                                         : source->text + source->n_bytes;
        while (end > begin && end[-1] == '\r')
                end--;
        *ret_bytes = (size_t)(end - begin);
        return begin;
}
