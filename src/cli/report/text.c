/* The report that people read
 *
 * Worst first; one finding is a title with its id at a fixed column, the stack as three columns (function, place,
 * source), and what it means in a sentence. The columns are as wide as the widest cell of the finding, within limits,
 * so that short reports are not torn apart and long names do not push the places off the screen.
 */
#include "cli/capture/label.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/quantity.h"
#include "cli/report/source.h"
#include "cli/report/style.h"
#include "cli/report/wrap.h"

#include <string.h>

enum {
        ID_COLUMN = 85,
        FUNCTION_LEAST = 11,
        FUNCTION_MOST = 48,
        ID_WIDTH = 12,     /* "id ~0123abcd" */
        COLUMNS_FEW = 120, /* of a terminal: below, functions get two fifths of the line */
        SOURCE_LEAST = 12, /* less of a source line says nothing */
        PLACE_LEAST = 13,
        PLACE_MOST = 44,
        SOURCE_MOST = 100,
        NOTE_INDENT = 6, /* of a note that goes on */
        TITLE_INDENT = 4,
        STACK_LINES_MOST = 60, /* without -v; the frames in the middle are what is left out */
        STACK_LINES_HEAD = 40,
};

struct line {
        const char *function, *place;
        const char *source; /* or "" */
        enum style style;   /* of the function */
        bool is_whole;      /* of numbers, of which no part may be left out */
};

struct text {
        const struct report *report;
        FILE *out;
        size_t id_column, function_most;
        size_t function_width, place_width; /* of the finding at hand */
        size_t n_shown;
};

static const char *place_of(struct text *text, const struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        struct store *store = text->report->store;
        if (!frame->file)
                return frame->module && !(named->marks & MARK_NAMELESS) ? frame->module : "";
        const char *path = report_path(text->report, frame->file);
        if (*path == '/' && strlen(path) > PLACE_MOST - 8) { /* the last two components say enough */
                const char *last = strrchr(path, '/');
                while (last > path && last[-1] != '/')
                        last--;
                path = store_format(store, ".../%s", last);
        }
        return frame->line > 0 ? store_format(store, "%s:%d", path, frame->line) : path;
}

static const char *source_of(struct text *text, const struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        size_t n;
        if (!frame->file || frame->line < 1)
                return "";
        const char *line = source_line(text->report->sources, frame->file, frame->line, &n);
        for (; line && n && (*line == ' ' || *line == '\t'); line++)
                n--;
        while (line && n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
                n--;
        return line ? style_clip(text->report->store, line, n, SOURCE_MOST) : "";
}

static enum style frame_style(const struct named_frame *frame)
{
        return frame->marks & (MARK_ALLOCATOR | MARK_WRAPPER | MARK_RUNTIME | MARK_INTERPRETER) ? STYLE_FAINT
                                                                                                : STYLE_NAME;
}

static bool same_line(const struct named_frame *a, const struct named_frame *b)
{
        return a->frame.line == b->frame.line && strcmp(a->key, b->key) == 0;
}

static void widen(struct text *text, const struct line *line)
{
        size_t function = style_width(line->function), place = style_width(line->place);
        if (function > text->function_width)
                text->function_width = function < text->function_most ? function : text->function_most;
        if (*line->source && place > text->place_width)
                text->place_width = place < PLACE_MOST ? place : PLACE_MOST;
}

/* A run of `length` calls of a function by itself, of which the first has been written. */
static struct line run_line(struct text *text, size_t length)
{
        return (struct line){store_format(text->report->store, "... %s more of it",
                                          quantity_number(text->report->store, length - 1)),
                             "", "", STYLE_FAINT, true};
}

/* The lines of a stack, in the report's store. `allocation`: what stands for the allocator, or "". */
static struct line *stack_lines(struct text *text, const struct stack *stack, const char *allocation, size_t *ret_n)
{
        struct line *lines = store_take(text->report->store, (stack->n_frames + 2) * sizeof *lines);
        size_t n = 0, depth = report_depth(text->report, stack);
        const struct named_frame *sourced = report_place(stack);
        if (*allocation && stack->entry)
                lines[n++] = (struct line){entry_name(stack->entry), allocation, "", STYLE_FAINT, true};
        for (size_t i = 0, run; i < depth; i += run) {
                const struct named_frame *frame = stack->frames[i];
                for (run = 1; i + run < depth && same_line(frame, stack->frames[i + run]); run++)
                        continue;
                if (report_folds(text->report, stack, frame))
                        continue;
                const char *source = frame == sourced ? source_of(text, frame) : "";
                sourced = frame == sourced ? NULL : sourced;
                lines[n++] = (struct line){style_clean(text->report->store, report_function(text->report, frame)),
                                           style_clean(text->report->store, place_of(text, frame)), source,
                                           frame_style(frame), false};
                if (run == 2) /* one more line says as much as the words would */
                        lines[n] = lines[n - 1], lines[n++].source = "";
                else if (run > 2)
                        lines[n++] = run_line(text, run);
        }
        *ret_n = n;
        return lines;
}

/* Columns are as wide as the terminal lets them be: a name keeps both ends, a place the end of its path. */
static struct line line_fit(const struct text *text, struct line line)
{
        struct store *store = text->report->store;
        size_t begins = 6 + text->function_width + 2, columns = text->report->columns;
        if (!columns)
                line.function = style_clip(store, line.function, strlen(line.function), text->function_most);
        else if (!line.is_whole)
                line.function = style_middle(store, line.function, text->function_most);
        if (columns && !line.is_whole)
                line.place = style_end(store, line.place, columns > begins + PLACE_LEAST ? columns - begins : PLACE_LEAST);
        return line;
}

/* Where the place begins: numbers that would not fit in its column stand right after the name. */
static size_t place_begins(const struct text *text, const struct line *line)
{
        size_t begins = text->function_width + 2, columns = text->report->columns;
        bool is_short = !columns || !line->is_whole || 6 + begins + style_width(line->place) <= columns;
        return is_short ? begins : style_width(line->function) + 2;
}

/* A place that is longer than the column is still set off from what follows. */
static size_t place_columns(const struct text *text, const struct line *line)
{
        size_t place = style_width(line->place);
        return (place > text->place_width ? place : text->place_width) + 2;
}

/* As much of the source as the rest of a terminal's line holds. */
static const char *source_clip(const struct text *text, const struct line *line)
{
        size_t begins = 6 + text->function_width + 2 + place_columns(text, line), columns = text->report->columns;
        if (!columns || !*line->source)
                return line->source;
        if (columns < begins + SOURCE_LEAST)
                return "";
        return style_clip(text->report->store, line->source, strlen(line->source), columns - begins);
}

static void print_line(struct text *text, const struct line *whole)
{
        const struct report *report = text->report;
        struct line fit = line_fit(text, *whole), *line = &fit;
        fputs("      ", text->out);
        style_print(report, text->out, line->style, line->function);
        if (!*line->place) {
                fputc('\n', text->out);
                return;
        }
        style_pad(text->out, style_width(line->function), place_begins(text, line));
        style_print(report, text->out, line->style == STYLE_FAINT ? STYLE_FAINT : STYLE_PLACE, line->place);
        const char *source = source_clip(text, line);
        if (*source) {
                style_pad(text->out, style_width(line->place), place_columns(text, line));
                style_print(report, text->out, STYLE_SOURCE, source);
        }
        fputc('\n', text->out);
}

static void print_lines(struct text *text, const struct stack *stack, const struct line *lines, size_t n)
{
        struct store *store = text->report->store;
        bool all = n <= STACK_LINES_MOST || text->report->options->verbose;
        size_t head = all ? n : STACK_LINES_HEAD, tail = STACK_LINES_MOST - STACK_LINES_HEAD;
        for (size_t i = 0; i < head; i++)
                print_line(text, &lines[i]);
        if (!all) {
                const char *left_out = store_format(store, "      ... %s frames (-v shows them)\n",
                                                    quantity_number(store, n - head - tail));
                style_print(text->report, text->out, STYLE_FAINT, left_out);
                for (size_t i = n - tail; i < n; i++)
                        print_line(text, &lines[i]);
        }
        if (stack->cut)
                style_print(text->report, text->out, STYLE_FAINT,
                            stack->unrecorded ? "      ... no more of the stack was recorded\n"
                                              : "      ... the stack could not be followed further\n");
}

static const char *allocation_words(struct text *text, const struct finding *finding)
{
        struct store *store = text->report->store;
        if (finding->blocks == 1)
                return quantity_bytes(store, finding->bytes);
        if (finding->blocks == 0)
                return "";
        const char *size = finding->least_bytes == finding->most_bytes
                                   ? quantity_of(store, finding->least_bytes, "byte", "bytes")
                                   : store_format(store, "%s to %s", quantity_number(store, finding->least_bytes),
                                                  quantity_of(store, finding->most_bytes, "byte", "bytes"));
        return store_format(store, "%s x %s", size, quantity_number(store, finding->blocks));
}

/* One stack of a finding, with what it is called; "" = the finding has only one. */
struct part {
        const char *name;
        const struct stack *stack;
        const char *allocation;
        struct line *lines;
        size_t n_lines;
};

static size_t finding_parts(struct text *text, const struct finding *finding, struct part parts[3])
{
        const char *allocation = allocation_words(text, finding);
        size_t n = 0;
        if (rule_is_leak(finding->rule)) {
                parts[n++] = (struct part){"", &finding->stack, allocation};
                return n;
        }
        const char *verb = report_release_verb(finding, finding->rule == RULE_UF102 ? "freed again" : "freed");
        parts[n++] = (struct part){store_format(text->report->store, "%s at", verb), &finding->release, ""};
        if (finding->rule == RULE_UF102)
                parts[n++] = (struct part){"first freed at", &finding->first_release, ""};
        if (finding->stack.n_frames)
                parts[n++] = (struct part){"allocated at", &finding->stack, allocation};
        return n;
}

/* The program's name and the labels, without the host's, which is the same for most: "python3, worker gw1". */
static const char *process_words(const struct report *report, const struct process *process, const char *name)
{
        const char *words = name, *at = process ? process->labels : NULL, *label;
        size_t key_bytes;
        while (labels_next(&at, &label, &key_bytes))
                if (key_bytes != 4 || strncmp(label, "host", 4) != 0)
                        words = store_format(report->store, "%s%s%.*s %s", words, *words ? ", " : "", (int)key_bytes,
                                             label, label + key_bytes + 1);
        return words;
}

static void print_processes(struct text *text, FILE *out, const struct finding *finding)
{
        const struct capture *capture = text->report->capture;
        if (capture->n_processes < 2 || !finding->n_processes)
                return;
        if (finding->n_processes == 1 && finding->processes[0]->pid == capture->processes[0].pid)
                return;
        fputs(finding->n_processes == 1 ? "    in process" : "    in processes", out);
        for (size_t i = 0; i < finding->n_processes && i < 8; i++) {
                const struct process *process = finding->processes[i];
                const char *exe = process->exe ? process->exe : "", *slash = strrchr(exe, '/');
                fprintf(out, "%s %d", i ? "," : "", process->pid);
                const char *words = process_words(text->report, process, slash ? slash + 1 : exe);
                if (*words)
                        fprintf(out, " (%s)", style_clean(text->report->store, words));
        }
        if (finding->n_processes > 8)
                fprintf(out, " and %zu more", finding->n_processes - 8);
        fputc('\n', out);
}

static enum style title_style(const struct finding *finding)
{
        return finding->suppressed_by                            ? STYLE_FAINT
               : finding->severity == SEVERITY_LOW               ? STYLE_WARN
               : finding->gating || !rule_is_leak(finding->rule) ? STYLE_BAD
               : finding->rule == RULE_UF003                     ? STYLE_STRONG
                                                                 : STYLE_WARN;
}

static void print_title(struct text *text, const struct finding *finding)
{
        const struct report *report = text->report;
        const char *number = store_format(report->store, "#%zu", ++text->n_shown);
        const char *title = style_clean(report->store, report_title(report, finding));
        if (finding->count > 1)
                title = store_format(report->store, "%s, %s times", title,
                                     quantity_number(report->store, finding->count));
        struct wrap wrap;
        wrap_begin(&wrap, text->out, report->columns, TITLE_INDENT);
        style_print(report, wrap.lines, STYLE_STRONG, number);
        size_t width = strlen(number) < 3 ? 4 : strlen(number) + 2;
        style_pad(wrap.lines, strlen(number), width);
        style_print(report, wrap.lines, title_style(finding), title);
        width += style_width(title);
        if (report->columns && width + 2 + ID_WIDTH > report->columns) { /* the id has a line of its own */
                fputc('\n', wrap.lines);
                width = 0;
        }
        style_pad(wrap.lines, width, width + 2 > text->id_column ? width + 2 : text->id_column);
        style_print(report, wrap.lines, STYLE_FAINT,
                    store_format(report->store, "id %s%.8s", finding->weak ? "~" : "", finding->id));
        fputc('\n', wrap.lines);
        wrap_end(&wrap);
}

static void print_notes(struct text *text, const struct finding *finding)
{
        struct store *store = text->report->store;
        const char *advice = report_advice(text->report, finding);
        struct wrap wrap;
        wrap_begin(&wrap, text->out, text->report->columns, NOTE_INDENT);
        if (*advice)
                fprintf(wrap.lines, "    %s.\n", style_clean(store, advice));
        if (finding->baseline && strcmp(finding->baseline, "new") != 0)
                fprintf(wrap.lines, "    %s\n",
                        strcmp(finding->baseline, "known") == 0   ? "known: it is in the baseline."
                        : strcmp(finding->baseline, "moved") == 0 ? "known: it is in the baseline, elsewhere."
                                                                  : "it is in the baseline, and has grown.");
        if (finding->suppressed_by)
                fprintf(wrap.lines, "    suppressed by %s\n", style_clean(store, finding->suppressed_by));
        print_processes(text, wrap.lines, finding);
        wrap_end(&wrap);
}

static void print_finding(struct text *text, const struct finding *finding)
{
        struct part parts[3];
        size_t n = finding_parts(text, finding, parts);
        text->function_width = FUNCTION_LEAST;
        text->place_width = PLACE_LEAST;
        for (size_t i = 0; i < n; i++) {
                parts[i].lines = stack_lines(text, parts[i].stack, parts[i].allocation, &parts[i].n_lines);
                for (size_t k = 0; k < parts[i].n_lines; k++)
                        widen(text, &parts[i].lines[k]);
        }
        print_title(text, finding);
        for (size_t i = 0; i < n; i++) {
                if (*parts[i].name) {
                        fputs("    ", text->out);
                        style_print(text->report, text->out, STYLE_STRONG, parts[i].name);
                        fputc('\n', text->out);
                }
                if (parts[i].n_lines)
                        print_lines(text, parts[i].stack, parts[i].lines, parts[i].n_lines);
                else
                        style_print(text->report, text->out, STYLE_FAINT, "      (not known)\n");
        }
        print_notes(text, finding);
        fputc('\n', text->out);
}

void write_text(const struct report *report, FILE *out)
{
        bool is_narrow = report->columns && report->columns < COLUMNS_FEW;
        struct text text = {
                .report = report,
                .out = out,
                .id_column = is_narrow && report->columns < ID_COLUMN + ID_WIDTH
                                     ? (report->columns > ID_WIDTH ? report->columns - ID_WIDTH : 0)
                                     : ID_COLUMN,
                .function_most = is_narrow ? report->columns * 2 / 5 : FUNCTION_MOST,
        };
        if (report->options->quiet >= 2)
                return;
        size_t n = 0;
        for (size_t i = 0; i < report->findings->n; i++)
                n += report_shows(report, &report->findings->all[i]);
        if (!report->options->quiet)
                text_head(report, out, n == 0);
        for (size_t i = 0; i < report->findings->n; i++) {
                if (report_shows(report, &report->findings->all[i]))
                        print_finding(&text, &report->findings->all[i]);
                store_empty(report->store);
        }
        if (!report->options->quiet)
                text_foot(report, out, n == 0);
}
