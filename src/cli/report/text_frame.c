/* What stands before and after the findings: how the program ended, what the sums are, what is hidden and what is
 * missing */
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/metric.h"
#include "cli/report/quantity.h"
#include "cli/report/style.h"
#include "cli/report/wrap.h"

#include <string.h>

enum {
        COMMAND_MOST = 72,
        COMMAND_AT = 9, /* after "unfreed: ", on a terminal in the same line */
        COMMAND_LEAST = 20,
        INDENT = 2, /* of a line that goes on */
        A_FEW = 16, /* events before ours was the library that is asked: of them nothing is said */
};

struct counts {
        size_t n_of[RULE_END]; /* findings that are not suppressed */
        size_t n_hidden_sites[RULE_END];
        size_t n_wrong, n_known;
};

static struct counts count(const struct report *report)
{
        struct counts counts = {0};
        struct map *seen = map_new();
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (finding->suppressed_by)
                        continue;
                counts.n_of[finding->rule]++;
                counts.n_wrong += !rule_is_leak(finding->rule);
                counts.n_known += finding->baseline && strcmp(finding->baseline, "new") != 0;
                if (report_shows(report, finding))
                        continue;
                const char *key = store_format(report->store, "%s %d", finding->id, finding->rule);
                void **known = map_at(seen, key, strlen(key));
                counts.n_hidden_sites[finding->rule] += !*known;
                *known = seen;
        }
        map_free(seen);
        return counts;
}

static const char *python_words(const struct report *report)
{
        struct store *store = report->store;
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const struct process *process = &report->capture->processes[i];
                if (!process->python.seen)
                        continue;
                return store_format(store, ", Python %d.%d.%d%s%s", process->python.major, process->python.minor,
                                    process->python.micro, process->python.free_threaded ? "t" : "",
                                    process->python.debug ? " debug" : "");
        }
        return "";
}

static const char *verdict_words(const struct report *report, const struct counts *counts)
{
        struct store *store = report->store;
        if (report->options->metric != METRIC_LEAKED)
                return metric_sum(report);
        const char *words = "";
        static const struct {
                enum rule rule;
                const char *one, *many;
        } kinds[] = {{RULE_UF001, "leak", "leaks"},
                     {RULE_UF002, "possible leak", "possible leaks"},
                     {RULE_UF004, "unclassified site", "unclassified sites"}};
        if (counts->n_wrong)
                words = quantity_of(store, counts->n_wrong, "wrong release", "wrong releases");
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (counts->n_of[kinds[i].rule])
                        words = store_format(
                                store, "%s%s%s", words, *words ? ", " : "",
                                quantity_of(store, counts->n_of[kinds[i].rule], kinds[i].one, kinds[i].many));
        return *words ? words : "no leaks";
}

static const char *sum_words(const struct report *report, const char *verb, uint64_t bytes, uint64_t blocks,
                             const char *before)
{
        struct store *store = report->store;
        if (!blocks)
                return before;
        return store_format(store, "%s%s%s %s in %s", before, *before ? "; " : "", verb, quantity_bytes(store, bytes),
                            quantity_blocks(store, blocks));
}

static size_t command_columns(const struct report *report)
{
        size_t columns = report->columns;
        if (!columns || columns >= COMMAND_AT + COMMAND_MOST)
                return COMMAND_MOST;
        return columns > COMMAND_AT + COMMAND_LEAST ? columns - COMMAND_AT : COMMAND_LEAST;
}

static void print_head(const struct report *report, FILE *out, bool is_clean)
{
        struct store *store = report->store;
        struct counts counts = count(report);
        const struct process *root = report->root;
        const char *command = style_clip(store, report->command, strlen(report->command), command_columns(report));
        fputs("unfreed: ", out);
        style_print(report, out, STYLE_STRONG, command);
        if (root)
                fprintf(out, " (pid %d%s)", root->pid, python_words(report));
        fprintf(out, " %s", report_end(report));
        size_t n_processes = report_n_processes(report);
        if (n_processes > 1)
                fprintf(out, ", with %s", quantity_of(store, n_processes - 1, "more process", "more processes"));
        fputs(" -- ", out);
        bool is_bad = report->findings->n_gating != 0;
        bool is_doubtful = counts.n_of[RULE_UF001] + counts.n_of[RULE_UF002] + counts.n_of[RULE_UF004] + counts.n_wrong;
        style_print(report, out,
                    is_bad        ? STYLE_BAD
                    : is_doubtful ? STYLE_WARN
                                  : STYLE_GOOD,
                    verdict_words(report, &counts));
        if (counts.n_known)
                fprintf(out, " (%s known)", quantity_number(store, counts.n_known));
        if (is_clean && report->options->metric == METRIC_LEAKED) {
                const struct findings *findings = report->findings;
                const char *held =
                        sum_words(report, "still reachable", findings->reachable_bytes, findings->reachable_blocks, "");
                fprintf(out, "%s%s", *held ? "; " : "", held);
        }
        fputs(is_clean ? "\n" : "\n\n", out);
}

void text_head(const struct report *report, FILE *out, bool is_clean)
{
        struct wrap wrap;
        wrap_begin(&wrap, out, report->columns, INDENT);
        print_head(report, wrap.lines, is_clean);
        wrap_end(&wrap);
}

static void print_sums(const struct report *report, FILE *out)
{
        const struct findings *f = report->findings;
        struct counts counts = count(report);
        struct store *store = report->store;
        const char *line = "";
        if (report->options->metric != METRIC_LEAKED)
                return; /* its sum is in the head */
        if (f->leaked_blocks)
                line = store_format(store, "%s at %s",
                                    sum_words(report, "leaked", f->leaked_bytes, f->leaked_blocks, ""),
                                    quantity_of(store, f->n_leaked_sites, "site", "sites"));
        /* leaks on several lines of one function have one id: say why fewer sites are counted than leaks are shown */
        if (counts.n_of[RULE_UF001] > f->n_leaked_sites)
                line = store_format(store, "%s (%s places)", line, quantity_number(store, counts.n_of[RULE_UF001]));
        line = sum_words(report, "possibly leaked", f->possible_bytes, f->possible_blocks, line);
        line = sum_words(report, "unclassified", f->unclassified_bytes, f->unclassified_blocks, line);
        line = sum_words(report, "still reachable", f->reachable_bytes, f->reachable_blocks, line);
        if (counts.n_wrong)
                line = store_format(store, "%s%s%s", line, *line ? "; " : "",
                                    quantity_of(store, counts.n_wrong, "wrong release", "wrong releases"));
        if (*line)
                fprintf(out, "%s\n", line);
}

static const char *suppressed_words(const struct report *report)
{
        const struct findings *f = report->findings;
        struct store *store = report->store;
        const char *by = NULL;
        size_t n_rules = 0;
        for (size_t i = 0; i < f->n_suppressions; i++)
                if (f->suppressions[i].findings) {
                        n_rules++;
                        by = f->suppressions[i].text;
                }
        const char *rules = n_rules == 1 ? style_clean(store, by) : store_format(store, "by %zu rules", n_rules);
        return store_format(store, "%s suppressed (%s, %s)", quantity_number(store, f->n_suppressed),
                            quantity_of(store, f->suppressed_bytes, "byte", "bytes"), rules);
}

static void print_hidden(const struct report *report, FILE *out)
{
        struct counts counts = count(report);
        struct store *store = report->store;
        const char *line = "";
        for (int rule = 0; rule < RULE_END; rule++) {
                if (!counts.n_hidden_sites[rule])
                        continue;
                const char *kind = rule_kind((enum rule)rule);
                line = store_format(store, "%s%s%s %s %s (--show=%s)", line, *line ? ", " : "",
                                    quantity_number(store, counts.n_hidden_sites[rule]), kind,
                                    counts.n_hidden_sites[rule] == 1 ? "site" : "sites", "all");
        }
        bool shows_suppressed = report->options->show_suppressed || report->options->verbose;
        if (report->findings->n_suppressed && report->options->print_suppressions && !shows_suppressed)
                line = store_format(store, "%s%s%s", line, *line ? ", " : "", suppressed_words(report));
        if (report->findings->n_of_others)
                line = store_format(store, "%s%s%s of other modules (--only-module)", line, *line ? ", " : "",
                                    quantity_of(store, report->findings->n_of_others, "finding", "findings"));
        if (*line)
                fprintf(out, "hidden: %s\n", line);
}

/* Where not every block was looked at, numbers are not counts, and what is not said means less. */
static void print_sampling(const struct report *report, FILE *out)
{
        struct store *store = report->store;
        uint64_t taken = 0, mean = 0;
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const struct process *process = &report->capture->processes[i];
                if (!process->sample_bytes)
                        continue;
                mean = process->sample_bytes;
                taken += process->allocations;
        }
        if (!mean)
                return;
        fprintf(out, "sampled: one block in %s, %s in all; bytes and blocks are estimates\n",
                quantity_bytes(store, mean), quantity_blocks(store, taken));
        fputs("sampled: wrong releases were looked for among these blocks only; what is held may be held by a lost "
              "block\n",
              out);
}

/* A log may begin with a process and end before it. */
static void print_log(const struct report *report, FILE *out)
{
        struct store *store = report->store;
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const struct process *process = &report->capture->processes[i];
                uint64_t events = process->allocations + process->releases;
                if (report->options->metric != METRIC_LEAKED && process->log_unknown)
                        fprintf(out, "process %d: %s in the log of which the other half is missing\n", process->pid,
                                quantity_of(store, process->log_unknown, "event", "events"));
                if (report->options->metric == METRIC_LEAKED || process->log_events >= events)
                        continue;
                fprintf(out, "process %d: the log has %s of %s%s\n", process->pid,
                        quantity_number(store, process->log_events), quantity_of(store, events, "event", "events"),
                        process->log_lost ? ": for some there was no room in time"
                                          : ": it ends before the process did");
        }
}

/* What the record lacks. Always said: a report that is short because something was missed must not look clean. */
static void print_dropped(const struct report *report, FILE *out)
{
        static const char *const texts[] = {
#define X(id, text) text,
                WIRE_DROPS(X)
#undef X
        };
        uint64_t dropped[WIRE_DROP_END] = {0};
        unsigned frozen_missing = 0;
        uint64_t requests_failed = 0, allocations = 0;
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const struct process *process = &report->capture->processes[i];
                frozen_missing += process->frozen_missing;
                requests_failed += process->requests_failed;
                allocations += process->allocations;
                for (int k = 0; k < WIRE_DROP_END; k++)
                        dropped[k] += process->dropped[k];
                if (process->python.seen && process->python_why_off && *process->python_why_off)
                        fprintf(out, "Python (pid %d): %s\n", process->pid,
                                style_clean(report->store, process->python_why_off));
        }
        for (int k = 0; k < WIRE_DROP_END; k++) {
                bool are_most = k != WIRE_DROP_WALKS && dropped[k] > allocations + A_FEW;
                bool is_told = !report_drop_is_minor((enum wire_drop)k) || are_most || report->options->verbose;
                if (dropped[k] && is_told)
                        fprintf(out, "not recorded: %s (%s)\n", texts[k], quantity_number(report->store, dropped[k]));
        }
        if (requests_failed)
                fprintf(out, "fault injection: %s made to fail\n",
                        quantity_of(report->store, requests_failed, "request was", "requests were"));
        if (frozen_missing)
                fprintf(out, "%s did not stop for the judgement and had %s scanned whole\n",
                        quantity_of(report->store, frozen_missing, "thread", "threads"),
                        frozen_missing == 1 ? "its stack" : "their stacks");
}

static void print_unwatched(const struct report *report, FILE *out)
{
        struct store *store = report->store;
        for (size_t i = 0; i < report->capture->unwatched.n; i++) {
                const struct unwatched *u = &report->capture->unwatched.all[i];
                const char *who = u->n > 1 ? store_format(store, "%s, the last one %d",
                                                          quantity_of(store, u->n, "process", "processes"), u->pid)
                                           : store_format(store, "pid %d", u->pid);
                fprintf(out, "not watched: %s (%s) %s\n", *u->program ? style_clean(store, u->program) : "a program", who,
                        style_clean(store, u->why));
        }
}

static void print_suppression_uses(const struct report *report, FILE *out)
{
        struct store *store = report->store;
        size_t n_foreign = 0;
        for (size_t i = 0; i < report->findings->n_suppressions; i++) {
                const struct suppression_use *use = &report->findings->suppressions[i];
                n_foreign += use->is_foreign;
                if (use->is_foreign)
                        continue;
                const char *what = use->findings ? store_format(store, "%s, %s in %s",
                                                                quantity_of(store, use->findings, "site", "sites"),
                                                                quantity_bytes(store, use->bytes),
                                                                quantity_blocks(store, use->blocks))
                                                 : "not used";
                fprintf(out, "suppression %s:%d: %s: %s\n", use->file, use->line, style_clean(store, use->text), what);
        }
        if (n_foreign)
                fprintf(out, "%s about other errors were read over\n",
                        quantity_of(store, n_foreign, "suppression", "suppressions"));
}

static void print_cost(const struct report *report, FILE *out)
{
        struct store *store = report->store;
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const struct process *process = &report->capture->processes[i];
                fprintf(out, "process %d: %s, %s released, peak %s; recording took %s", process->pid,
                        quantity_of(store, process->allocations, "allocation", "allocations"),
                        quantity_number(store, process->releases), quantity_bytes(store, process->peak_bytes),
                        quantity_bytes(store, process->self_bytes));
                if (process->self_ns_per_allocation)
                        fprintf(out, ", about %s ns each", quantity_number(store, process->self_ns_per_allocation));
                fputc('\n', out);
        }
}

/* Names, each with how often it was met; the first MODULES_MOST different ones have a place of their own. */
enum { MODULES_MOST = 64, MODULES_SHOWN = 4 };

struct tally {
        struct {
                const char *name;
                size_t n;
        } all[MODULES_MOST];
        size_t n;
};

static void tally_add(struct tally *tally, const char *name)
{
        size_t i = 0;
        while (i < tally->n && strcmp(tally->all[i].name, name) != 0)
                i++;
        if (i == MODULES_MOST)
                return;
        tally->all[i].name = name;
        tally->n += i == tally->n;
        for (tally->all[i].n++; i > 0 && tally->all[i - 1].n < tally->all[i].n; i--) { /* most often met first */
                size_t n = tally->all[i].n;
                const char *moved = tally->all[i].name;
                tally->all[i] = tally->all[i - 1];
                tally->all[i - 1].name = moved;
                tally->all[i - 1].n = n;
        }
}

static const char *tally_words(const struct report *report, const struct tally *tally, bool with_numbers)
{
        struct store *store = report->store;
        const char *words = "";
        for (size_t i = 0; i < tally->n && i < MODULES_SHOWN; i++) {
                words = store_format(store, "%s%s%s", words, i ? ", " : "", style_clean(store, tally->all[i].name));
                if (with_numbers)
                        words = store_format(store, "%s %s", words, quantity_number(store, tally->all[i].n));
        }
        return tally->n > MODULES_SHOWN ? store_format(store, "%s, ...", words) : words;
}

/* Whose the findings are, where that is a question: a build under us also runs shells and compilers, which leak too.
 * And whose functions have no names. */
static void print_modules(const struct report *report, FILE *out)
{
        struct tally owners = {.n = 0}, nameless = {.n = 0};
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (finding->gating)
                        tally_add(&owners, finding->owner);
                const struct stack *stack = report_blame(finding);
                for (size_t k = 0; report_shows(report, finding) && k < stack->n_frames; k++) {
                        const struct named_frame *frame = stack->frames[k];
                        if (frame->marks & MARK_NAMELESS && !(frame->marks & MARK_RUNTIME) && frame->frame.module)
                                tally_add(&nameless, frame->frame.module);
                }
        }
        if (owners.n > 1 && !report->options->only_modules.n)
                fprintf(out, "by module: %s (--only-module=GLOB keeps one)\n", tally_words(report, &owners, true));
        if (nameless.n)
                fprintf(out, "without names: %s (a debug package may have them, addr2line takes the offsets)\n",
                        tally_words(report, &nameless, false));
}

/* Nor does a process look clean that was not judged. */
static void print_unjudged(const struct report *report, FILE *out)
{
        struct {
                const char *why;
                size_t n;
        } whys[WIRE_UNJUDGED_END + 1] = {0};
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                const char *why = report_why_unjudged(&report->capture->processes[i]);
                size_t k = 0;
                while (*why && whys[k].why && whys[k].why != why)
                        k++;
                whys[k].why = *why ? why : whys[k].why;
                whys[k].n += *why != 0;
        }
        for (size_t k = 0; k <= WIRE_UNJUDGED_END && whys[k].n; k++)
                fprintf(out, "not judged in %s: %s\n", quantity_of(report->store, whys[k].n, "process", "processes"), whys[k].why);
}

static void print_foot(const struct report *report, FILE *out, bool is_clean)
{
        if (!is_clean) {
                print_sums(report, out);
                print_modules(report, out);
        }
        if (!is_clean || report->options->verbose || report->findings->n_suppressed || report->findings->n_of_others)
                print_hidden(report, out);
        for (size_t i = 0; i < report->findings->n_gone; i++)
                fprintf(out, "gone: %s is in the baseline and was not found\n", report->findings->gone[i]);
        print_sampling(report, out);
        print_dropped(report, out);
        print_unjudged(report, out);
        print_unwatched(report, out);
        print_log(report, out);
        if (!report->options->verbose)
                return;
        print_suppression_uses(report, out);
        print_cost(report, out);
}

void text_foot(const struct report *report, FILE *out, bool is_clean)
{
        struct wrap wrap;
        wrap_begin(&wrap, out, report->columns, INDENT);
        print_foot(report, wrap.lines, is_clean);
        wrap_end(&wrap);
}
