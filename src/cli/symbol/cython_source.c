/* Generated C, read for the .pyx lines that it was made from
 *
 * Cython puts a comment before the C of each statement, which begins with the name of the .pyx in quotes, a colon and
 * the line, and goes on with the lines around it. When it was told to (--gdb), it says the same in XML: for each .pyx
 * line the lines of C made of it. Where both are there the XML is taken, for it is exact also where code of several
 * lines follows one comment.
 */
#include "cli/symbol/cython_source.h"

#include "cli/symbol/cython_name.h"
#include "cli/symbol/unit.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_BYTES_MAX = 1 << 28 };

struct mark { /* a comment */
        int c_line, line;
        const char *file;
};

struct body {            /* a function */
        int first, last; /* lines of C */
        const char *name;
};

struct maker { /* of a generator */
        const char *generator, *function;
};

struct cython_source {
        struct texts *texts;
        const char *folder; /* of the C file */
        struct mark *marks; /* by c_line */
        size_t n_marks, max_marks;
        struct body *bodies; /* by first */
        size_t n_bodies, max_bodies;
        struct maker *makers;
        size_t n_makers, max_makers;
        const char *xml_file; /* the .pyx that the XML speaks of, or NULL */
        int *xml_lines;       /* by C line; 0 = not of this .pyx */
        int n_xml_lines;
};

/* A whole file with a NUL behind it, to be freed; NULL when it cannot be read or is too large. */
static char *read_text(const char *path)
{
        struct stat status;
        int fd = stat(path, &status) == 0 && S_ISREG(status.st_mode)
                         ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                         : -1;
        char *text = NULL;
        size_t n = 0;

        if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= SOURCE_BYTES_MAX) {
                text = array_zeroed((size_t)status.st_size + 1, 1);
                while (n < (size_t)status.st_size) {
                        ssize_t got = read(fd, text + n, (size_t)status.st_size - n);

                        if (got <= 0)
                                break;
                        n += (size_t)got;
                }
                text[n] = 0;
        }
        if (fd >= 0)
                close(fd);
        return text;
}

/* Comments name the .pyx as Cython was told it, from a folder that we do not know: mostly it is beside the C. */
static const char *source_file(const struct cython_source *source, const char *name, size_t bytes)
{
        char path[PATH_MAX];
        const char *slash = memrchr(name, '/', bytes), *dot = memrchr(name, '.', bytes);
        size_t folder = slash ? (size_t)(slash + 1 - name) : 0;

        if (!dot || (strncmp(dot, ".py", 3) != 0 && strncmp(dot, ".px", 3) != 0)) /* code of Cython's own, in no file */
                return texts_intern_part(source->texts, name, bytes);
        if (snprintf(path, sizeof path, "%s/%.*s", source->folder, (int)(bytes - folder), name + folder) <
                    (int)sizeof path &&
            access(path, F_OK) == 0)
                return path_normalize(source->texts, NULL, path);
        if (snprintf(path, sizeof path, "%.*s", (int)bytes, name) >= (int)sizeof path)
                return NULL;
        return path_normalize(source->texts, source->folder, path);
}

static void read_mark(struct cython_source *source, const char *text, int c_line)
{
        const char *name = text + strlen("/* \""), *end = strchr(name, '"');
        long line = end && end[1] == ':' ? strtol(end + 2, NULL, 10) : 0;

        if (line <= 0 || line > INT_MAX || memchr(name, '\n', (size_t)(end - name)))
                return;
        source->marks = array_grow(source->marks, source->n_marks, &source->max_marks, sizeof *source->marks);
        source->marks[source->n_marks++] = (struct mark){
                .c_line = c_line,
                .line = (int)line,
                .file = texts_intern_part(source->texts, name, (size_t)(end - name)),
        };
}

/* The name that is called or defined at the last parenthesis after "__pyx_" in a line; NULL = none. */
static const char *name_in(struct cython_source *source, const char *at, const char *end)
{
        size_t n;

        at = memmem(at, (size_t)(end - at), "__pyx_", 6);
        if (!at)
                return NULL;
        n = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        return texts_intern_part(source->texts, at, n);
}

/* A definition stands at the margin and has no semicolon. Others than those of Cython's functions only tell where the
 * one before ends: a brace at the margin does not, there are some within functions. */
static void read_definition(struct cython_source *source, const char *text, const char *end, int c_line)
{
        const char *open = memchr(text, '(', (size_t)(end - text)), *start = open;

        if (!open || memchr(text, ';', (size_t)(end - text)))
                return;
        while (start > text && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
                start--;
        if (start == open || start == text)
                return;
        if (source->n_bodies)
                source->bodies[source->n_bodies - 1].last = c_line - 1;
        source->bodies = array_grow(source->bodies, source->n_bodies, &source->max_bodies, sizeof *source->bodies);
        source->bodies[source->n_bodies++] = (struct body){
                .first = c_line,
                .last = INT_MAX,
                .name = texts_intern_part(source->texts, start, (size_t)(open - start)),
        };
}

static void read_maker(struct cython_source *source, const char *text, const char *end)
{
        static const char cast[] = "(__pyx_coroutine_body_t) ";
        const char *at = memmem(text, (size_t)(end - text), cast, sizeof cast - 1);
        const char *generator = at ? name_in(source, at + sizeof cast - 1, end) : NULL;

        if (!generator || !source->n_bodies)
                return;
        source->makers = array_grow(source->makers, source->n_makers, &source->max_makers, sizeof *source->makers);
        source->makers[source->n_makers++] = (struct maker){generator, source->bodies[source->n_bodies - 1].name};
}

static void read_c(struct cython_source *source, const char *text)
{
        int c_line = 1;

        if (strncmp(text, "/* Generated by Cython ", 23) != 0)
                return;
        for (const char *end; *text; text = *end ? end + 1 : end, c_line++) {
                const char *word = text + strspn(text, " \t");

                end = strchrnul(text, '\n');
                if (strncmp(word, "/* \"", 4) == 0)
                        read_mark(source, word, c_line);
                else if (word == text && *text != '#' && *text != '/')
                        read_definition(source, text, end, c_line);
                else if (word > text && source->n_bodies)
                        read_maker(source, word, end);
        }
}

/* ---- cython_debug ---- */

/* The value of an attribute in the element at `element`, as part of the text; 0 bytes when it has none. */
static const char *attribute(const char *element, const char *name, size_t *ret_bytes)
{
        char key[32];
        size_t all = strcspn(element, ">");
        int n = snprintf(key, sizeof key, " %s=\"", name);
        const char *at = memmem(element, all, key, (size_t)n), *end;

        *ret_bytes = 0;
        if (!at)
                return NULL;
        at += n;
        end = memchr(at, '"', all - (size_t)(at - element));
        *ret_bytes = end ? (size_t)(end - at) : 0;
        return at;
}

static void read_xml_lines(struct cython_source *source, const char *element)
{
        size_t bytes, line_bytes;
        const char *numbers = attribute(element, "c_linenos", &bytes);
        const char *line_text = attribute(element, "cython_lineno", &line_bytes);
        long line = line_bytes ? strtol(line_text, NULL, 10) : 0;

        if (line <= 0 || line > INT_MAX)
                return;
        for (const char *at = numbers, *end = numbers + bytes; bytes && at < end;) {
                char *next;
                long c_line = strtol(at, &next, 10);

                if (next == at || c_line <= 0 || c_line > SOURCE_BYTES_MAX / 8)
                        break;
                if (c_line >= source->n_xml_lines) {
                        int n = (int)c_line * 2;

                        source->xml_lines = array_resize(source->xml_lines, (size_t)source->n_xml_lines, (size_t)n,
                                                         sizeof *source->xml_lines);
                        source->n_xml_lines = n;
                }
                source->xml_lines[c_line] = (int)line;
                at = next;
        }
}

/* cython_debug/cython_debug_info_MODULE, where MODULE may be dotted: its last part is the name of the C file. */
static bool xml_path(const struct cython_source *source, const char *c_path, char ret_path[PATH_MAX])
{
        static const char head[] = "cython_debug_info_";
        const char *base = strrchr(c_path, '/') + 1;
        size_t base_bytes = strcspn(base, ".");
        const struct dirent *entry;
        bool found = false;
        DIR *folder;

        if (snprintf(ret_path, PATH_MAX, "%s/cython_debug", source->folder) >= PATH_MAX ||
            !(folder = opendir(ret_path)))
                return false;
        while (!found && (entry = readdir(folder))) {
                const char *name = entry->d_name, *dot = strrchr(name, '.');
                const char *last = dot ? dot + 1 : name + sizeof head - 1;

                found = strncmp(name, head, sizeof head - 1) == 0 && strlen(last) == base_bytes &&
                        strncmp(last, base, base_bytes) == 0 &&
                        snprintf(ret_path, PATH_MAX, "%s/cython_debug/%s", source->folder, name) < PATH_MAX;
        }
        closedir(folder);
        return found;
}

static void read_xml(struct cython_source *source, const char *c_path)
{
        char path[PATH_MAX], *text = xml_path(source, c_path, path) ? read_text(path) : NULL;
        const char *module = text ? strstr(text, "<Module ") : NULL, *file;
        size_t bytes;

        if (module && (file = attribute(module, "filename", &bytes)) && bytes) {
                source->xml_file = source_file(source, file, bytes);
                for (const char *at = text; (at = strstr(at, "<LineNumber ")); at++)
                        read_xml_lines(source, at);
        }
        free(text);
}

/* ---- asking ---- */

struct cython_source *cython_source_new(struct texts *texts, const char *c_path)
{
        struct cython_source *source = array_zeroed(1, sizeof *source);
        const char *slash = strrchr(c_path, '/');
        char *text;

        source->texts = texts;
        source->folder = slash ? texts_intern_part(texts, c_path, (size_t)(slash - c_path)) : ".";
        text = *c_path == '/' ? read_text(c_path) : NULL;
        if (text)
                read_c(source, text);
        free(text);
        if (source->n_bodies)
                read_xml(source, c_path);
        return source;
}

void cython_source_free(struct cython_source *source)
{
        if (!source)
                return;
        free(source->marks);
        free(source->bodies);
        free(source->makers);
        free(source->xml_lines);
        free(source);
}

static const struct body *function_at(const struct cython_source *source, const char *c_name, int c_line)
{
        size_t bytes = strcspn(c_name, ".");

        for (size_t i = 0; i < source->n_bodies; i++) {
                const struct body *body = &source->bodies[i];

                if (c_line >= body->first && c_line <= body->last && strncmp(body->name, c_name, bytes) == 0 &&
                    !body->name[bytes])
                        return body;
        }
        return NULL;
}

/* The last comment at or above the line, from `first` on; NULL = none. */
static const struct mark *mark_at(const struct cython_source *source, int first, int c_line)
{
        size_t low = 0, high = source->n_marks;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (source->marks[middle].c_line <= c_line)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low && source->marks[low - 1].c_line >= first ? &source->marks[low - 1] : NULL;
}

void cython_source_line(const struct cython_source *source, const char *c_name, int c_line, const char **ret_file,
                        int *ret_line)
{
        const struct mark *mark;

        if (!function_at(source, c_name, c_line))
                return;
        if (source->xml_file && c_line < source->n_xml_lines && source->xml_lines[c_line]) {
                *ret_file = source->xml_file;
                *ret_line = source->xml_lines[c_line];
                return;
        }
        mark = mark_at(source, 0, c_line);
        if (mark) {
                *ret_file = source_file(source, mark->file, strlen(mark->file));
                *ret_line = mark->line;
        }
}

void cython_source_public_line(const struct cython_source *source, const char *c_name, int c_line,
                               const char **ret_file, int *ret_line)
{
        const struct body *body = function_at(source, c_name, c_line);

        if (body && mark_at(source, body->first, c_line))
                cython_source_line(source, c_name, c_line, ret_file, ret_line);
}

const char *cython_source_maker(const struct cython_source *source, const char *c_name)
{
        for (size_t i = 0; i < source->n_makers; i++)
                if (strcmp(source->makers[i].generator, c_name) == 0)
                        return source->makers[i].function;
        return NULL;
}
