/* unfreed diff: what is in one capture and not in another, and what grew
 *
 * In text, one line for each change, then what is new or grew with its stacks as any report shows it, then how many
 * changes are of kinds that are not shown. JSON has all changes. Other formats get the new and grown findings of NEW.
 */
#include "cli/capture/file.h"
#include "cli/command/emit.h"
#include "cli/command/judge.h"
#include "cli/command/verb.h"
#include "cli/policy/compare.h"
#include "cli/policy/judge.h"
#include "cli/report/format.h"
#include "cli/report/report.h"
#include "cli/report/writer.h"
#include "cli/say/say.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One of the two. */
struct side {
        const char *path;
        struct capture capture;
        struct symbols *symbols;
        struct findings *findings;
};

static int side_read(struct side *side, const char *path, struct policy *policy)
{
        side->path = path;
        side->capture.exit_status = -1;
        side->symbols = symbols_new();
        int answer = side->symbols ? 0 : say_error("no memory for names");
        if (answer >= 0)
                answer = capture_read(path, &side->capture, judge_names, side->symbols);
        return answer < 0 ? answer : findings_make(policy, &side->capture, side->symbols, &side->findings);
}

static void side_free(struct side *side)
{
        if (side->findings)
                findings_free(side->findings);
        symbols_free(side->symbols);
        capture_deinit(&side->capture);
}

static bool is_shown(const struct options *options, const struct change *change)
{
        const struct finding *finding = change->after ? change->after : change->before;
        if (finding->suppressed_by && !options->show_suppressed)
                return false;
        return options->show & 1u << finding->rule && (change->kind != CHANGE_SAME || options->verbose);
}

/* Changes that would be shown, were their kind of finding. */
static size_t hidden_count(const struct options *options, const struct comparison *comparison, enum change_kind kind,
                           enum rule rule)
{
        struct options all = *options;
        size_t n = 0;
        all.show = 1u << rule;
        for (size_t i = 0; kind != CHANGE_SAME && !(options->show & 1u << rule) && i < comparison->n; i++)
                n += comparison->all[i].kind == kind && is_shown(&all, &comparison->all[i]);
        return n;
}

static bool is_any_hidden(const struct options *options, const struct comparison *comparison)
{
        size_t n = 0;
        for (int kind = 0; kind < CHANGE_END; kind++)
                for (int rule = 0; rule < RULE_END; rule++)
                        n += hidden_count(options, comparison, (enum change_kind)kind, (enum rule)rule);
        return n > 0;
}

static void hidden_print(FILE *out, const struct options *options, const struct comparison *comparison)
{
        const char *before = "hidden: ";
        for (int kind = 0; kind < CHANGE_END; kind++)
                for (int rule = 0; rule < RULE_END; rule++) {
                        size_t n = hidden_count(options, comparison, (enum change_kind)kind, (enum rule)rule);
                        if (!n)
                                continue;
                        fprintf(out, "%s%zu %s %s %s (--show=all)", before, n, change_word((enum change_kind)kind),
                                rule_kind((enum rule)rule), n == 1 ? "site" : "sites");
                        before = ", ";
                }
        fputs(*before == ',' ? "\n" : "", out);
}

static const char *place_of(const struct finding *finding)
{
        const struct named_frame *subject = report_subject(report_blame(finding));
        return subject ? subject->key : "?";
}

/* Keys hold names out of the program's files: nothing that could talk to the terminal. */
static void clean_put(FILE *out, const char *text)
{
        for (; *text; text++)
                fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

static void change_print(FILE *out, const struct change *change)
{
        const struct finding *finding = change->after ? change->after : change->before;
        int64_t bytes = (int64_t)(change_bytes(change->after) - change_bytes(change->before));
        int64_t blocks = (int64_t)(change_blocks(change->after) - change_blocks(change->before));
        fprintf(out, "%-9s %+14" PRId64 " bytes %+10" PRId64 " %s  %.8s  %s at ", change_word(change->kind), bytes,
                blocks,
                finding->wrong                ? (blocks == 1 || blocks == -1 ? "time  " : "times ")
                : blocks == 1 || blocks == -1 ? "block "
                                              : "blocks",
                finding->id, rule_kind(finding->rule));
        clean_put(out, place_of(finding));
        fputc('\n', out);
}

static void text_print(FILE *out, const struct options *options, const struct side *old, const struct side *new,
                       const struct comparison *comparison)
{
        size_t counts[CHANGE_END] = {0}; /* of what is shown below */
        const char *comma = "";
        for (size_t i = 0; i < comparison->n; i++)
                counts[comparison->all[i].kind] += is_shown(options, &comparison->all[i]);
        if (!options->quiet) {
                fprintf(out, "unfreed: %s -> %s --", old->path, new->path);
                for (int kind = 0; kind < CHANGE_END; kind++) {
                        if (counts[kind])
                                fprintf(out, "%s %zu %s", comma, counts[kind], change_word((enum change_kind)kind));
                        comma = counts[kind] ? "," : comma;
                }
                fputs(*comma                                ? "\n\n"
                      : is_any_hidden(options, comparison) ? " nothing of what is shown has changed\n"
                                                           : " nothing has changed\n",
                      out);
        }
        for (size_t i = 0; i < comparison->n; i++)
                if (is_shown(options, &comparison->all[i]))
                        change_print(out, &comparison->all[i]);
        if (counts[CHANGE_NEW] || counts[CHANGE_GROWN]) /* their stacks follow */
                fputc('\n', out);
}

static void side_put(struct writer *w, const char *key, uint64_t bytes, uint64_t blocks)
{
        writer_object(w, key);
        writer_number(w, "bytes", bytes);
        writer_number(w, "blocks", blocks);
        writer_end_object(w);
}

static void json_print(FILE *out, const struct side *old, const struct side *new, const struct comparison *comparison)
{
        struct writer w = {.out = out};
        writer_object(&w, NULL);
        writer_number(&w, "unfreed", 1);
        writer_text(&w, "version", UNFREED_VERSION);
        writer_text(&w, "old", old->path);
        writer_text(&w, "new", new->path);
        writer_array(&w, "changes");
        for (size_t i = 0; i < comparison->n; i++) {
                const struct change *change = &comparison->all[i];
                const struct finding *finding = change->after ? change->after : change->before;
                writer_newline(&w);
                writer_object(&w, NULL);
                writer_text(&w, "change", change_word(change->kind));
                writer_text(&w, "id", finding->id);
                writer_text(&w, "kind", rule_kind(finding->rule));
                writer_text(&w, "at", place_of(finding));
                side_put(&w, "before", change_bytes(change->before), change_blocks(change->before));
                side_put(&w, "after", change_bytes(change->after), change_blocks(change->after));
                writer_end_object(&w);
        }
        writer_end_array(&w);
        writer_object(&w, "summary");
        for (int kind = 0; kind < CHANGE_END; kind++)
                writer_number(&w, change_word((enum change_kind)kind), comparison->counts[kind]);
        writer_end_object(&w);
        writer_end_object(&w);
        fputc('\n', out);
}

/* The findings of NEW that are new or grew, with what they hold now. */
static int grown_write(const char *format, FILE *out, struct report_surface surface, const struct options *options,
                       const struct side *new, const struct comparison *comparison)
{
        struct findings some = *new->findings;
        some.n = 0;
        some.all = malloc((comparison->n + 1) * sizeof *some.all);
        if (!some.all)
                return -1;
        for (size_t i = 0; i < comparison->n; i++)
                if (comparison->all[i].kind <= CHANGE_GROWN && is_shown(options, &comparison->all[i]))
                        some.all[some.n++] = *comparison->all[i].after;
        struct options findings_only = *options;
        findings_only.quiet = 1;
        int answer = 0;
        if (some.n || strcmp(format, "text") != 0)
                answer = report_write(format, out, surface, &new->capture, &some, &findings_only);
        free(some.all);
        return answer;
}

static int target_emit(const struct report_target *target, const struct options *options, const struct side *old,
                       const struct side *new, const struct comparison *comparison)
{
        char *bytes = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&bytes, &n);
        int answer = out ? 0 : -1;
        if (out && strcmp(target->format, "json") == 0) {
                json_print(out, old, new, comparison);
        } else if (out) {
                if (strcmp(target->format, "text") == 0)
                        text_print(out, options, old, new, comparison);
                answer = grown_write(target->format, out, emit_surface(target, options->color, STDOUT_FILENO), options,
                                     new, comparison);
                if (strcmp(target->format, "text") == 0 && !options->quiet)
                        hidden_print(out, options, comparison);
        }
        if (out && fclose(out) != 0)
                answer = -1;
        if (answer < 0)
                say_error("the %s report could not be made: %s", target->format, strerror(errno));
        else if (target->path)
                answer = emit_file(target->path, bytes, n);
        else if (emit_bytes(STDOUT_FILENO, bytes, n) < 0)
                answer = say_error("the %s report could not be written: %s", target->format, strerror(errno));
        free(bytes);
        return answer;
}

/* With --error-exitcode or --gate: something that gates is new or grew. */
static int status_of(const struct arguments *arguments, const struct comparison *comparison)
{
        for (size_t i = 0; arguments->gates_asked && i < comparison->n; i++) {
                const struct change *change = &comparison->all[i];
                if (change->kind <= CHANGE_GROWN && change->after->gating)
                        return arguments->options.error_exitcode;
        }
        return 0;
}

int verb_diff(struct arguments *arguments)
{
        const struct options *options = &arguments->options;
        if (arguments->n_operands != 2) {
                say_error("two captures are needed, OLD and NEW; see `unfreed help diff`");
                return STATUS_USAGE;
        }
        struct policy *policy;
        if (policy_open(options, &policy) < 0)
                return STATUS_UNABLE;
        struct side old = {0}, new = {0};
        struct comparison comparison = {0};
        int answer = side_read(&old, arguments->operands[0], policy);
        answer = answer < 0 ? answer : side_read(&new, arguments->operands[1], policy);
        answer = answer < 0 ? answer : compare_findings(old.findings, new.findings, &comparison);
        for (size_t i = 0; i < options->n_targets && answer >= 0; i++)
                answer = target_emit(&options->targets[i], options, &old, &new, &comparison);
        int status = answer < 0 ? STATUS_UNABLE : status_of(arguments, &comparison);
        comparison_deinit(&comparison);
        side_free(&old);
        side_free(&new);
        policy_close(policy);
        return status;
}
