/* unfreed top: which sites of a running process grow
 *
 * The arena is read again and again, without the process noticing. A site is a stack; growth is what was added between
 * two readings. Its age is for how long it has been seen to hold blocks; `>` before it: since before the first reading.
 * On a terminal the screen is drawn anew each time, elsewhere the readings follow each other.
 */
#include "cli/capture/arena.h"
#include "cli/collect/living.h"
#include "cli/command/emit.h"
#include "cli/command/verb.h"
#include "cli/policy/judge.h"
#include "cli/policy/naming.h"
#include "cli/policy/store.h"
#include "cli/say/say.h"
#include "cli/symbol/symbol.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { TOP_ROWS = 20, TOP_FRAMES = 3, TOP_FRAMES_PYTHON = 5 };

struct row {
        uint32_t stack;
        uint64_t blocks, bytes;
        int64_t growth_bytes; /* since the reading before */
        double since;         /* when it was first seen to hold blocks without a break ... */
        bool older;           /* ... and that was the first reading: it may have held them long before */
};

struct reading {
        struct process process;
        struct row *rows; /* by stack */
        size_t n;
        double at; /* seconds */
};

static double now_seconds(void)
{
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* All verdicts of a stack are one row; sites come ordered by stack. */
static const char *reading_take(int fd, struct reading *ret)
{
        *ret = (struct reading){.at = now_seconds()};
        const char *why = arena_read(fd, &ret->process);
        if (why)
                return why;
        ret->rows = calloc(ret->process.n_sites + 1, sizeof *ret->rows);
        for (size_t i = 0; ret->rows && i < ret->process.n_sites; i++) {
                const struct site *site = &ret->process.sites[i];
                if (!ret->n || ret->rows[ret->n - 1].stack != site->stack)
                        ret->rows[ret->n++] = (struct row){.stack = site->stack, .since = ret->at, .older = true};
                ret->rows[ret->n - 1].blocks += site->blocks;
                ret->rows[ret->n - 1].bytes += site->bytes;
        }
        return ret->rows ? NULL : "there is not enough memory to read it";
}

static void reading_drop(struct reading *reading)
{
        free(reading->rows);
        process_deinit(&reading->process);
        *reading = (struct reading){0};
}

/* Stacks keep their numbers while a process lives. */
static void growth_set(struct reading *now, const struct reading *before)
{
        size_t k = 0;
        for (size_t i = 0; i < now->n; i++) {
                while (k < before->n && before->rows[k].stack < now->rows[i].stack)
                        k++;
                bool known = k < before->n && before->rows[k].stack == now->rows[i].stack;
                now->rows[i].growth_bytes = (int64_t)(now->rows[i].bytes - (known ? before->rows[k].bytes : 0));
                now->rows[i].since = known ? before->rows[k].since : now->at;
                now->rows[i].older = known && before->rows[k].older;
        }
}

static int order_shown(const void *a, const void *b)
{
        const struct row *left = a, *right = b;
        if (left->growth_bytes != right->growth_bytes)
                return left->growth_bytes > right->growth_bytes ? -1 : 1;
        return (left->bytes < right->bytes) - (left->bytes > right->bytes);
}

/* One more of "push < parse < main"; false: the frame has no name. */
static bool frame_print(FILE *out, const struct frame *frame, bool is_first)
{
        enum { NAME_MOST = 40 };
        const char *name = frame->function ? frame->function : frame->module, *file = frame->file;
        if (!name)
                return false;
        fputs(is_first ? "" : " < ", out);
        for (size_t k = 0; name[k] && name[k] != '(' && k < NAME_MOST; k++)
                fputc((unsigned char)name[k] < ' ' ? '?' : name[k], out);
        if (frame->language != LANGUAGE_PYTHON || !file)
                return true;
        fputc(' ', out);
        file = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
        for (size_t k = 0; file[k] && k < NAME_MOST; k++)
                fputc((unsigned char)file[k] < ' ' ? '?' : file[k], out);
        fprintf(out, ":%d", frame->line);
        return true;
}

/* Where Python functions were running: they and what they called, without the interpreter between them, and of runtime
 * libraries only what is innermost. */
static size_t python_print(FILE *out, struct naming *naming, const struct process *process, uint32_t node)
{
        struct stack stack;
        size_t n = 0;
        naming_stack(naming, process, node, &stack);
        for (size_t i = 0; i < stack.n_frames && n < TOP_FRAMES_PYTHON; i++)
                if (!(stack.frames[i]->marks & (MARK_INTERPRETER | MARK_EVALUATION | (n ? MARK_RUNTIME : 0))))
                        n += frame_print(out, &stack.frames[i]->frame, n == 0);
        return n;
}

/* As far as frames have names; of a site that has none, what was called. */
static void place_print(FILE *out, struct symbols *symbols, struct naming *naming, const struct process *process,
                        uint32_t stack)
{
        struct raw_frame raw[TOP_FRAMES];
        struct frame frames[TOP_FRAMES];
        enum wire_entry entry = WIRE_ENTRY_NONE;
        size_t n_shown = 0, n = process_frames(process, stack, raw, TOP_FRAMES, &entry, NULL);
        if (process_python_frames(process, stack, NULL, 0) > 0)
                n_shown = python_print(out, naming, process, stack);
        n = n_shown ? 0 : n;
        for (size_t i = 0; i < n && i < TOP_FRAMES; i++)
                if (raw[i].kind == RAW_NATIVE && symbols_name(symbols, &raw[i], frames, TOP_FRAMES) > 0)
                        n_shown += frame_print(out, &frames[0], n_shown == 0);
        fprintf(out, "%s\n", n_shown ? "" : entry_name(entry));
}

static void screen_print(FILE *out, struct symbols *symbols, struct naming *naming, struct reading *now,
                         double seconds, size_t n_rows)
{
        uint64_t bytes = 0, blocks = 0;
        int64_t growth = 0;
        for (size_t i = 0; i < now->n; i++) {
                bytes += now->rows[i].bytes;
                blocks += now->rows[i].blocks;
                growth += now->rows[i].growth_bytes;
        }
        double a_second = seconds > 0 ? 1 / seconds : 0;
        fprintf(out, "process %d %s: %" PRIu64 " bytes in %" PRIu64 " blocks at %zu site%s, %+.0f bytes/s\n\n",
                now->process.pid, now->process.exe, bytes, blocks, now->n, now->n == 1 ? "" : "s",
                (double)growth * a_second);
        fprintf(out, "%14s %14s %10s %9s  %s\n", "bytes/s", "bytes", "blocks", "age", "allocated by");
        struct row *rows = malloc((now->n + 1) * sizeof *rows);
        if (rows && now->n) {
                memcpy(rows, now->rows, now->n * sizeof *rows);
                qsort(rows, now->n, sizeof *rows, order_shown);
        }
        for (size_t i = 0; rows && i < now->n && i < n_rows; i++) {
                fprintf(out, "%+14.0f %14" PRIu64 " %10" PRIu64 " %1s%7.0fs  ", (double)rows[i].growth_bytes * a_second,
                        rows[i].bytes, rows[i].blocks, rows[i].older ? ">" : "", now->at - rows[i].since);
                place_print(out, symbols, naming, &now->process, rows[i].stack);
        }
        free(rows);
}

static size_t rows_of_screen(void)
{
        struct winsize size;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 8)
                return TOP_ROWS;
        return size.ws_row - 5;
}

static int reading_show(struct symbols *symbols, struct reading *now, double seconds)
{
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        if (!out)
                return say_error("no memory");
        bool screen = isatty(STDOUT_FILENO);
        fputs(screen ? "\033[H\033[2J" : "", out);
        struct store *store = store_new();
        struct naming *naming = naming_new(store, symbols, NULL); /* of this reading: it remembers its modules */
        screen_print(out, symbols, naming, now, seconds, screen ? rows_of_screen() : TOP_ROWS);
        naming_free(naming);
        store_free(store);
        fputs(screen ? "" : "\n", out);
        int answer = fclose(out) == 0 ? emit_bytes(STDOUT_FILENO, text, n) : -1;
        free(text);
        return answer;
}

static int process_watch(const struct arguments *arguments, pid_t pid, int fd)
{
        struct symbols *symbols = symbols_new();
        struct reading before = {0}, now;
        const struct options *options = &arguments->options;
        struct timespec pause = {(time_t)options->interval_seconds, 0};
        pause.tv_nsec = (long)((options->interval_seconds - (double)pause.tv_sec) * 1e9);
        int answer = symbols ? 0 : say_error("no memory for names");
        for (unsigned i = 0; answer >= 0 && (!options->count || i < options->count); i++) {
                if (i && nanosleep(&pause, NULL) < 0)
                        break;
                struct arena_brief brief;
                if (i && (kill(pid, 0) < 0 || !arena_peek(fd, &brief) || brief.how != END_RUNNING))
                        break; /* it has ended */
                const char *why = reading_take(fd, &now);
                if (why) {
                        answer = say_error("the record of process %d cannot be read: %s", (int)pid, why);
                        break;
                }
                if (i)
                        growth_set(&now, &before);
                answer = reading_show(symbols, &now, i ? now.at - before.at : 0);
                reading_drop(&before);
                before = now;
        }
        reading_drop(&before);
        symbols_free(symbols);
        return answer;
}

int verb_top(struct arguments *arguments)
{
        pid_t pid = arguments->n_operands == 1 ? living_pid(arguments->operands[0]) : 0;
        if (pid == 0) {
                say_error("the pid of one process is needed; see `unfreed help top`");
                return STATUS_USAGE;
        }
        int fd = living_open(pid);
        int answer = fd < 0 ? fd : process_watch(arguments, pid, fd);
        if (fd >= 0)
                close(fd);
        return answer < 0 ? STATUS_UNABLE : 0;
}
