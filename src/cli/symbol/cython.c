/* Functions that Cython made: see cython.h */
#include "cli/symbol/cython.h"

#include "cli/symbol/cython_name.h"
#include "cli/symbol/cython_source.h"
#include "cli/symbol/methods.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dotted { /* a text in the module that may be a dotted name */
        const char *text;
};

struct cython {
        const struct elf_file *file;
        const struct table *table;
        const char *module;   /* after PyInit_, when there is just one; or NULL */
        bool has_texts;       /* the list below was read */
        bool is_cython;       /* there are Cython's own texts among them */
        struct dotted *texts; /* by text */
        size_t n_texts, max_texts;
        struct methods *methods; /* or NULL: not asked yet */
        struct {
                const char *path;
                struct cython_source *source;
        } * sources;
        size_t n_sources, max_sources;
};

struct cython *cython_new(const struct elf_file *file, const struct table *table)
{
        static const char init[] = "PyInit_";
        const struct table_symbol *symbol;
        size_t n_inits = 0;
        const char *module = NULL;
        bool is_cython = false;
        struct cython *cython;

        for (size_t i = 0; (symbol = table_at(table, i)); i++) {
                if (strncmp(symbol->name, init, sizeof init - 1) == 0) {
                        n_inits += !module || strcmp(module, symbol->name + sizeof init - 1) != 0;
                        module = symbol->name + sizeof init - 1;
                }
                is_cython |= cython_name_begin(symbol->name) != NULL;
        }
        if (!n_inits && !is_cython)
                return NULL;
        cython = array_zeroed(1, sizeof *cython);
        cython->file = file;
        cython->table = table;
        cython->module = n_inits == 1 ? module : NULL;
        cython->is_cython = is_cython;
        return cython;
}

void cython_free(struct cython *cython)
{
        if (!cython)
                return;
        for (size_t i = 0; i < cython->n_sources; i++)
                cython_source_free(cython->sources[i].source);
        free(cython->sources);
        free(cython->texts);
        methods_free(cython->methods);
        free(cython);
}

/* ---- dotted names in the read-only data: what tracebacks say ---- */

static bool is_name_byte(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static int by_text(const void *left, const void *right)
{
        return strcmp(((const struct dotted *)left)->text, ((const struct dotted *)right)->text);
}

static void read_texts(struct cython *cython)
{
        Elf_Scn *section = elf_file_section(cython->file, ".rodata");
        Elf_Data *data = section ? elf_rawdata(section, NULL) : NULL;
        const char *bytes = data ? data->d_buf : NULL;
        size_t n = bytes ? data->d_size : 0;

        cython->has_texts = true;
        for (size_t at = 0, end; at < n; at = end + 1) {
                bool has_dot = false, is_name = !(bytes[at] >= '0' && bytes[at] <= '9');

                for (end = at; end < n && bytes[end]; end++) {
                        is_name &= is_name_byte(bytes[end]);
                        has_dot |= bytes[end] == '.';
                }
                if (end == n)
                        break;
                cython->is_cython |= strncmp(bytes + at, "__pyx_", 6) == 0;
                if (!is_name || !has_dot)
                        continue;
                cython->texts = array_grow(cython->texts, cython->n_texts, &cython->max_texts, sizeof *cython->texts);
                cython->texts[cython->n_texts++].text = bytes + at;
        }
        if (cython->n_texts)
                qsort(cython->texts, cython->n_texts, sizeof *cython->texts, by_text);
}

static bool exists(void *user, const char *dotted)
{
        struct cython *cython = user;
        struct dotted key = {dotted};

        if (!cython->has_texts)
                read_texts(cython);
        return cython->n_texts && bsearch(&key, cython->texts, cython->n_texts, sizeof key, by_text);
}

/* Is the module's name a part of the dotted one, with something behind it? */
static bool is_in_module(const char *dotted, const char *module)
{
        size_t n = strlen(module);

        for (const char *part = dotted; (part = strstr(part, module)); part++)
                if ((part == dotted || part[-1] == '.') && part[n] == '.')
                        return true;
        return false;
}

/* The one dotted name of this module that ends so; NULL when there is none, or more than one. */
static const char *full_name(struct cython *cython, const char *last)
{
        const char *found = NULL;

        if (!cython->has_texts)
                read_texts(cython);
        for (size_t i = 0; i < cython->n_texts; i++) {
                const char *text = cython->texts[i].text, *dot = strrchr(text, '.');

                if (strcmp(dot + 1, last) != 0 || !is_in_module(text, cython->module) ||
                    (found && strcmp(found, text) == 0))
                        continue;
                if (found)
                        return NULL;
                found = text;
        }
        return found;
}

/* ---- frames ---- */

static struct cython_source *source_of(struct cython *cython, struct texts *texts, const char *c_path)
{
        for (size_t i = 0; i < cython->n_sources; i++)
                if (strcmp(cython->sources[i].path, c_path) == 0)
                        return cython->sources[i].source;
        cython->sources = array_grow(cython->sources, cython->n_sources, &cython->max_sources, sizeof *cython->sources);
        cython->sources[cython->n_sources].path = texts_intern(texts, c_path);
        cython->sources[cython->n_sources].source = cython_source_new(texts, c_path);
        return cython->sources[cython->n_sources++].source;
}

static bool is_generated(const char *path)
{
        const char *dot = strrchr(path, '.');

        return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".cpp") == 0 || strcmp(dot, ".cc") == 0 ||
                       strcmp(dot, ".cxx") == 0);
}

/* A function that keeps its name in C: what the .pyx declares cdef public, or C that stands in it as it is. */
static void rename_public(struct cython *cython, struct texts *texts, struct cython_source *source, struct frame *frame)
{
        char name[CYTHON_NAME_MAX];
        const char *file = NULL;

        cython_source_public_line(source, frame->raw, frame->line, &file, &frame->line);
        if (!file)
                return;
        frame->file = file;
        frame->language = LANGUAGE_CYTHON;
        if (cython->module && snprintf(name, sizeof name, "%s.%s", cython->module, frame->raw) < (int)sizeof name)
                frame->function = texts_intern(texts, name);
}

/* The name of the .pyx, and its line where the C line is known. */
static void rename_frame(struct cython *cython, struct texts *texts, struct frame *frame)
{
        const char *symbol = frame->raw ? cython_name_begin(frame->raw) : NULL, *maker;
        struct cython_source *source = NULL;
        char name[CYTHON_NAME_MAX];
        bool has_lines;

        if (frame->raw && frame->file && is_generated(frame->file))
                source = source_of(cython, texts, frame->file);
        if (source && !symbol && strncmp(frame->raw, "__", 2) != 0)
                rename_public(cython, texts, source, frame);
        if (!symbol || !cython_name_decode(frame->raw, exists, cython, name, &has_lines))
                return;
        symbol = texts_intern_part(texts, symbol, cython_name_bytes(frame->raw));
        if (source && has_lines) {
                cython_source_line(source, symbol, frame->line, &frame->file, &frame->line);
        } else if (!source && !has_lines) { /* #line of a statement that came before, by no right */
                frame->file = NULL;
                frame->line = 0;
        }
        /* The body of a generator is called "generator", whatever the function that makes it is called. */
        maker = source ? cython_source_maker(source, symbol) : NULL;
        if (maker)
                cython_name_decode(maker, exists, cython, name, &has_lines);
        frame->function = texts_intern(texts, name);
        frame->language = LANGUAGE_CYTHON;
}

bool frame_is_wrapper(const struct frame *outer, const struct frame *inner)
{
        return outer->language == LANGUAGE_CYTHON && inner->language == LANGUAGE_CYTHON && outer->function &&
               inner->function && strcmp(outer->function, inner->function) == 0 && outer->raw && inner->raw &&
               strcmp(outer->raw, inner->raw) != 0;
}

static size_t drop_wrappers(struct frame *frames, size_t n)
{
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
                struct frame *inner = kept ? &frames[kept - 1] : NULL;

                if (inner && frame_is_wrapper(&frames[i], inner))
                        inner->inlined = frames[i].inlined;
                else
                        frames[kept++] = frames[i];
        }
        return kept;
}

static void name_stripped(struct cython *cython, struct texts *texts, uint64_t address, struct frame *frame)
{
        const char *name, *whole;
        char joined[CYTHON_NAME_MAX];

        if (!cython->methods)
                cython->methods = methods_new(cython->file, texts);
        name = methods_find(cython->methods, address);
        if (!name)
                return;
        whole = strchr(name, '.') ? name : full_name(cython, name);
        if (!whole && !cython->is_cython && cython->module &&
            snprintf(joined, sizeof joined, "%s.%s", cython->module, name) < (int)sizeof joined)
                whole = joined;
        frame->function = texts_intern(texts, whole ? whole : name);
        frame->language = cython->is_cython ? LANGUAGE_CYTHON : LANGUAGE_C;
}

size_t cython_name(struct cython *cython, struct texts *texts, uint64_t address, struct frame *frames, size_t n)
{
        if (n == 1 && !frames->function && cython->module)
                name_stripped(cython, texts, address, frames);
        for (size_t i = 0; i < n; i++)
                rename_frame(cython, texts, &frames[i]);
        return drop_wrappers(frames, n);
}
