/* unfreed doctor: what would be seen of a program, or is seen of a process, and what not
 *
 * One line for each thing that decides it, with the remedy where something is amiss. The program is not run.
 */
#include "cli/capture/arena.h"
#include "cli/collect/inspect.h"
#include "cli/collect/living.h"
#include "cli/collect/obstacle.h"
#include "cli/command/emit.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sheet {
        FILE *out;
        unsigned n_amiss;
};

__attribute__((format(printf, 4, 5))) static void line_put(struct sheet *sheet, bool amiss, const char *what,
                                                           const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        fprintf(sheet->out, "  %s %-11s ", amiss ? "!" : " ", what);
        vfprintf(sheet->out, format, arguments);
        fputc('\n', sheet->out);
        va_end(arguments);
        sheet->n_amiss += amiss;
}

/* "libpython3.6m.so.1.0", "python3.11", "python3", "python" */
static void python_tell(struct sheet *sheet, const char *name)
{
        int major = 0, minor = 0;
        const char *version = strstr(name, "python") + strlen("python");
        int n = sscanf(version, "%d.%d", &major, &minor);
        if (major == 2 || (n == 2 && major == 3 && minor < 7))
                line_put(sheet, true, "python",
                         "CPython %d.%d (%s): from 3.7 on what it makes with PyMem_* and PyObject_* is seen; of this one, "
                         "what malloc gives it", major, minor, name);
        else if (n == 2 && major == 3 && minor == 7)
                line_put(sheet, true, "python", "CPython 3.7 (%s): stacks show its own functions, from 3.8 on those of the script",
                         name);
        else
                line_put(sheet, false, "python", "CPython in %s", name);
}

/* Libraries worth a word: another allocator, CPython (is it there?). Newlines between the paths become ends. */
static bool libraries_tell(struct sheet *sheet, char *libraries, bool own_malloc)
{
        static const char *const allocators[] = {"libjemalloc", "libtcmalloc", "libmimalloc", "libhoard",
                                                 "libsnmalloc"};
        const char *allocator = "libc", *python = NULL;
        bool sanitized = false;
        for (char *path = libraries, *next; path && *path; path = next) {
                next = path + strcspn(path, "\n");
                if (*next)
                        *next++ = '\0';
                const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
                for (size_t i = 0; i < sizeof allocators / sizeof *allocators; i++)
                        if (strncmp(name, allocators[i], strlen(allocators[i])) == 0)
                                allocator = name;
                if (strncmp(name, "libpython", 9) == 0)
                        python = name;
                sanitized = sanitized || strncmp(name, "libasan", 7) == 0 || strncmp(name, "libtsan", 7) == 0;
        }
        if (own_malloc)
                line_put(sheet, true, "allocator",
                         "a malloc of its own, linked in: its blocks are not seen; link the "
                         "allocator as a shared library");
        else if (sanitized)
                line_put(sheet, true, "allocator",
                         "a sanitizer's: it and we would watch the same blocks; use a build "
                         "without it");
        else
                line_put(sheet, false, "allocator", "%s", allocator);
        if (python)
                python_tell(sheet, python);
        return python;
}

static void go_tell(struct sheet *sheet)
{
        line_put(sheet, true, "heap", "Go's own for what Go makes: only blocks that C code makes are seen; use pprof");
}

/* What keeps us out, and what would let us in. */
static void obstacle_tell(struct sheet *sheet, const char *path, const char *why)
{
        struct inspection file = {0};
        inspect_file(path, &file);
        const char *remedy = file.is_go                      ? ""
                             : strstr(why, "static")         ? "; link it dynamically (without -static)"
                             : strstr(why, "LD_PRELOAD for") ? "; run a copy of it without that, or as its owner"
                                                             : "";
        line_put(sheet, true, "preload", "no: it %s%s", why, remedy);
        if (file.is_go)
                go_tell(sheet);
}

static void file_tell(struct sheet *sheet, const char *path)
{
        struct inspection file;
        if (!inspect_file(path, &file))
                return;
        char *libraries = inspect_libraries(path, file.loader);
        bool has_python = libraries_tell(sheet, libraries, file.own_malloc);
        free(libraries);
        if (file.is_go)
                go_tell(sheet);
        char whole[PATH_MAX];
        const char *name = realpath(path, whole) ? strrchr(whole, '/') + 1 : path;
        if (!has_python && strncmp(name, "python", 6) == 0)
                python_tell(sheet, name);
        if (file.has_lines)
                line_put(sheet, false, "lines", "%s", file.debug_file[0] ? file.debug_file : "in the program itself");
        else
                line_put(sheet, true, "lines", "none: frames have %s; build with -g, or install its debug symbols",
                         file.has_symbols ? "functions, no lines" : "only the functions that it exports");
        if (file.has_unwind)
                line_put(sheet, false, "stacks", "unwind tables are there");
        else
                line_put(sheet, true, "stacks", "no unwind tables: they end early; build with -funwind-tables");
}

static bool program_tell(struct sheet *sheet, const char *program)
{
        char path[PATH_MAX], interpreter[PATH_MAX];
        if (!obstacle_find(program, path, sizeof path) || access(path, F_OK) < 0) {
                say_error("%s: not found", program);
                return false;
        }
        fprintf(sheet->out, "%s\n", path);
        const char *why = obstacle_of(program);
        bool script = obstacle_interpreter(path, interpreter, sizeof interpreter);
        if (script)
                line_put(sheet, false, "script", "run by %s", interpreter);
        if (why)
                obstacle_tell(sheet, script ? interpreter : path, why);
        else
                line_put(sheet, false, "preload", "yes");
        if (!why)
                file_tell(sheet, script ? interpreter : path);
        return true;
}

static void drops_tell(struct sheet *sheet, const struct process *process)
{
        static const char *const texts[] = {
#define X(id, text) text,
                WIRE_DROPS(X)
#undef X
        };
        uint64_t dropped = 0;
        for (int i = 0; i < WIRE_DROP_END; i++) {
                dropped += process->dropped[i];
                if (process->dropped[i])
                        line_put(sheet, true, "dropped", "%" PRIu64 " times: %s", process->dropped[i], texts[i]);
        }
        if (!dropped)
                line_put(sheet, false, "dropped", "nothing");
}

static bool process_tell(struct sheet *sheet, pid_t pid)
{
        char link[48], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
        ssize_t n = readlink(link, path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
        struct process process;
        int fd = living_open(pid);
        if (fd < 0)
                return false;
        const char *why = arena_read(fd, &process);
        close(fd);
        if (why) {
                say_error("the record of process %d cannot be read: %s", (int)pid, why);
                return false;
        }
        fprintf(sheet->out, "process %d: %s\n", (int)pid, path);
        line_put(sheet, false, "recording", "%" PRIu64 " allocations, %" PRIu64 " releases", process.allocations,
                 process.releases);
        if (*process.allocator)
                line_put(sheet, false, "behind us", "%s", process.allocator);
        if (process.python.seen && *process.python_why_off)
                line_put(sheet, true, "python", "%s: %s", process.python_version, process.python_why_off);
        else if (process.python.seen)
                line_put(sheet, false, "python", "%s%s", process.python_version,
                         process.python.frames ? ", with Python frames" : "");
        line_put(sheet, false, "own cost", "%" PRIu64 " bytes", process.self_bytes);
        drops_tell(sheet, &process);
        process_deinit(&process);
        file_tell(sheet, path);
        return true;
}

int verb_doctor(struct arguments *arguments)
{
        if (arguments->n_operands != 1) {
                say_error("a program or a pid is needed; see `unfreed help doctor`");
                return STATUS_USAGE;
        }
        char *text = NULL;
        size_t n = 0;
        struct sheet sheet = {.out = open_memstream(&text, &n)};
        if (!sheet.out) {
                say_error("no memory");
                return STATUS_UNABLE;
        }
        const char *what = arguments->operands[0];
        pid_t pid = living_pid(what);
        bool told = pid && access(what, F_OK) < 0 ? process_tell(&sheet, pid) : program_tell(&sheet, what);
        if (told && !sheet.n_amiss)
                fputs("  everything can be seen\n", sheet.out);
        if (fclose(sheet.out) == 0 && told)
                emit_bytes(STDOUT_FILENO, text, n);
        free(text);
        return told ? 0 : STATUS_UNABLE;
}
