/* JSON, version 1
 *
 * Keys may be added; none changes or goes while the version is 1. One process or finding on a line, so that a diff of
 * two reports shows findings.
 */
#include "cli/policy/store.h"
#include "cli/capture/label.h"
#include "cli/report/format.h"
#include "cli/report/writer.h"

#include <string.h>

static void write_command(struct writer *w, const struct report *report)
{
        char *const *words = report->capture->command;
        if (!words && report->capture->n_processes)
                words = report->capture->processes[0].argv;
        writer_array(w, "command");
        for (; words && *words; words++)
                writer_text(w, NULL, *words);
        writer_end_array(w);
}

static void write_end(struct writer *w, const struct process *process)
{
        static const char *const hows[] = { [END_EXIT] = "exit",
                                            [END_SIGNAL] = "signal",
                                            [END_EXEC] = "exec",
                                            [END_RUNNING] = "running",
                                            [END_LOST] = "lost" };
        writer_object(w, "end");
        writer_text(w, "how", hows[process->end.how]);
        if (process->end.how == END_EXIT)
                writer_integer(w, "code", process->end.code);
        if (process->end.how == END_SIGNAL)
                writer_integer(w, "signal", process->end.signal);
        writer_end_object(w);
}

static void write_python(struct writer *w, const struct report *report, const struct process *process)
{
        const struct wire_python *python = &process->python;
        if (!python->seen) {
                writer_null(w, "python");
                return;
        }
        writer_object(w, "python");
        writer_text(w, "version", store_format(report->store, "%d.%d.%d", python->major, python->minor, python->micro));
        writer_bool(w, "shared", python->shared);
        writer_bool(w, "free_threaded", python->free_threaded);
        writer_bool(w, "debug", python->debug);
        writer_bool(w, "frames", python->frames);
        writer_text(w, "off", process->python_why_off && *process->python_why_off ? process->python_why_off : NULL);
        writer_end_object(w);
}

static void write_dropped(struct writer *w, const struct process *process)
{
        static const char *const names[] = {
#define X(id, text) #id,
                WIRE_DROPS(X)
#undef X
        };
        uint64_t sum = 0;
        for (int i = 0; i < WIRE_DROP_END; i++)
                sum += process->dropped[i];
        writer_number(w, "dropped", sum);
        writer_number(w, "requests_failed", process->requests_failed);
        writer_object(w, "dropped_by");
        for (int i = 0; i < WIRE_DROP_END; i++) {
                char name[32];
                size_t n = 0;
                for (; names[i][n] && n + 1 < sizeof name; n++)
                        name[n] = names[i][n] == '_' ? '_' : (char)(names[i][n] | 0x20);
                name[n] = 0;
                if (process->dropped[i])
                        writer_number(w, name, process->dropped[i]);
        }
        writer_end_object(w);
}

static void write_labels(struct writer *w, const struct process *process)
{
        const char *at = process->labels, *label;
        size_t n;
        writer_object(w, "labels");
        while (labels_next(&at, &label, &n)) {
                char key[64];
                snprintf(key, sizeof key, "%.*s", (int)n, label);
                writer_text(w, key, label + n + 1);
        }
        writer_end_object(w);
}

static void write_process(struct writer *w, const struct report *report, const struct process *process)
{
        static const char *const judged[] = { "not", "begun", "whole", "budget", "early" };
        static const char *const unjudged[WIRE_UNJUDGED_END] = {
#define X(id, name, text) [WIRE_UNJUDGED_##id] = (name),
                WIRE_UNJUDGED(X)
#undef X
        };
        writer_object(w, NULL);
        writer_integer(w, "pid", process->pid);
        writer_integer(w, "ppid", process->ppid);
        writer_text(w, "exe", process->exe);
        writer_array(w, "argv");
        for (int i = 0; i < process->argc; i++)
                writer_text(w, NULL, process->argv[i]);
        writer_end_array(w);
        writer_text(w, "cwd", process->cwd);
        write_labels(w, process);
        write_end(w, process);
        writer_text(w, "judged", process->judged <= WIRE_JUDGED_EARLY ? judged[process->judged] : "not");
        writer_text(w, "unjudged", unjudged[process->unjudged]);
        write_python(w, report, process);
        writer_object(w, "totals");
        writer_number(w, "allocations", process->allocations);
        writer_number(w, "releases", process->releases);
        writer_number(w, "peak_bytes", process->peak_bytes);
        writer_end_object(w);
        if (process->sample_bytes) {
                writer_object(w, "sample");
                writer_number(w, "mean_bytes", process->sample_bytes);
                writer_number(w, "blocks", process->allocations);
                writer_end_object(w);
        }
        write_dropped(w, process);
        writer_object(w, "self");
        writer_number(w, "bytes", process->self_bytes);
        writer_number(w, "ns_per_allocation", process->self_ns_per_allocation);
        writer_number(w, "judge_ns", process->judge_ns);
        writer_end_object(w);
        writer_end_object(w);
}

static void write_frame(struct writer *w, const struct report *report, const struct frame *frame)
{
        static const char *const languages[] = {
#define X(id, name) name,
                FRAME_LANGUAGES(X)
#undef X
        };
        char offset[24];
        snprintf(offset, sizeof offset, "0x%llx", (unsigned long long)frame->offset);
        writer_object(w, NULL);
        writer_text(w, "function", frame->function ? frame->function : frame->raw);
        writer_text(w, "module", frame->module);
        writer_text(w, "file", frame->file ? report_path(report, frame->file) : NULL);
        if (frame->line > 0)
                writer_integer(w, "line", frame->line);
        else
                writer_null(w, "line");
        writer_text(w, "offset", frame->language == LANGUAGE_PYTHON ? NULL : offset);
        writer_text(w, "build_id", frame->build_id);
        writer_bool(w, "inlined", frame->inlined);
        writer_text(w, "language", languages[frame->language]);
        writer_end_object(w);
}

/* null where the stack is not known. */
static void write_stack(struct writer *w, const struct report *report, const char *key, const struct stack *stack)
{
        if (!stack->n_frames && !stack->entry) {
                writer_null(w, key);
                return;
        }
        writer_array(w, key);
        size_t depth = report_depth(report, stack);
        for (size_t i = 0; i < depth; i++)
                write_frame(w, report, &stack->frames[i]->frame);
        writer_end_array(w);
}

static const char *text_or_null(const char *text) { return *text ? text : NULL; }

static void write_wrong(struct writer *w, const struct finding *finding)
{
        static const char *const places[] = {
#define X(id, text) text,
                WIRE_PLACES(X)
#undef X
        };
        const struct wire_wrong *wrong = finding->wrong;
        if (!wrong) {
                writer_null(w, "wrong");
                return;
        }
        writer_object(w, "wrong");
        writer_number(w, "count", finding->count);
        writer_text(w, "release", text_or_null(entry_name(finding->release.entry)));
        writer_text(w, "release_family", text_or_null(family_name(wire_entry_family(finding->release.entry))));
        writer_text(w, "place", finding->rule == RULE_UF103 && wrong->place < WIRE_PLACE_END ? places[wrong->place] : NULL);
        if (wrong->block)
                writer_integer(w, "offset_in_block", (int64_t)(wrong->address - wrong->block));
        else
                writer_null(w, "offset_in_block");
        if (finding->rule == RULE_UF105)
                writer_number(w, "given_size", wrong->given_size);
        writer_end_object(w);
}

/* Python objects by type; null where no type is known. */
static void write_types(struct writer *w, const struct finding *finding)
{
        if (finding->n_types == 0) {
                writer_null(w, "types");
                return;
        }
        writer_array(w, "types");
        for (size_t i = 0; i < finding->n_types; i++) {
                writer_object(w, NULL);
                writer_text(w, "name", finding->types[i].name);
                writer_number(w, "blocks", finding->types[i].blocks);
                writer_number(w, "bytes", finding->types[i].bytes);
                writer_end_object(w);
        }
        writer_end_array(w);
}

static void write_finding(struct writer *w, const struct report *report, const struct finding *finding)
{
        writer_object(w, NULL);
        writer_text(w, "id", finding->id);
        writer_bool(w, "weak", finding->weak);
        writer_text(w, "rule", rule_code(finding->rule));
        writer_text(w, "kind", rule_kind(finding->rule));
        writer_text(w, "class", rule_is_leak(finding->rule) ? class_name(finding->class) : NULL);
        writer_text(w, "family", family_name(finding->family));
        writer_text(w, "allocator", text_or_null(entry_name(finding->stack.entry)));
        writer_number(w, "bytes", finding->bytes);
        writer_number(w, "blocks", finding->blocks);
        if (finding->taken_blocks) { /* bytes and blocks are estimates */
                writer_bool(w, "estimated", true);
                writer_number(w, "sampled_blocks", finding->taken_blocks);
        }
        writer_number(w, "indirect_blocks", finding->indirect_blocks);
        writer_number(w, "indirect_bytes", finding->indirect_bytes);
        write_types(w, finding);
        writer_array(w, "pids");
        for (size_t i = 0; i < finding->n_processes; i++)
                writer_integer(w, NULL, finding->processes[i]->pid);
        writer_end_array(w);
        writer_bool(w, "gating", finding->gating);
        writer_text(w, "severity", rule_is_leak(finding->rule) ? NULL : severity_name(finding->severity));
        writer_text(w, "suppressed_by", finding->suppressed_by);
        writer_text(w, "baseline", finding->baseline ? finding->baseline : "new");
        writer_text(w, "owner", finding->owner);
        writer_text(w, "message", report_title(report, finding));
        writer_text(w, "note", text_or_null(report_advice(report, finding)));
        write_stack(w, report, "stack", &finding->stack);
        write_stack(w, report, "release_stack", &finding->release);
        write_stack(w, report, "first_release_stack", &finding->first_release);
        write_wrong(w, finding);
        writer_end_object(w);
}

/* What the runner ends with: a gate's status, else the program's own, as a shell would see it. */
static int64_t exit_status(const struct report *report)
{
        if (report->findings->exit_status)
                return report->findings->exit_status;
        if (report->capture->exit_status >= 0)
                return report->capture->exit_status;
        const struct process *root = report->root;
        if (!root)
                return 0;
        return root->end.how == END_SIGNAL ? 128 + root->end.signal : root->end.how == END_EXIT ? root->end.code : 0;
}

static void write_summary(struct writer *w, const struct report *report, size_t n_shown)
{
        const struct findings *f = report->findings;
        writer_object(w, "summary");
        writer_number(w, "findings", n_shown);
        writer_number(w, "gating", f->n_gating);
        writer_number(w, "leaked_bytes", f->leaked_bytes);
        writer_number(w, "leaked_blocks", f->leaked_blocks);
        writer_number(w, "leaked_sites", f->n_leaked_sites);
        writer_number(w, "possible_bytes", f->possible_bytes);
        writer_number(w, "possible_blocks", f->possible_blocks);
        writer_number(w, "reachable_bytes", f->reachable_bytes);
        writer_number(w, "reachable_blocks", f->reachable_blocks);
        writer_number(w, "unclassified_bytes", f->unclassified_bytes);
        writer_number(w, "unclassified_blocks", f->unclassified_blocks);
        writer_number(w, "suppressed", f->n_suppressed);
        writer_number(w, "suppressed_bytes", f->suppressed_bytes);
        writer_number(w, "suppressed_blocks", f->suppressed_blocks);
        writer_number(w, "wrong_releases", f->n_wrong);
        writer_number(w, "unwatched", unwatched_processes(&report->capture->unwatched));
        writer_integer(w, "program_status", report->capture->exit_status);
        writer_integer(w, "exit_status", exit_status(report));
        writer_end_object(w);
}

static void write_uses(struct writer *w, const struct report *report)
{
        writer_array(w, "suppressions");
        for (size_t i = 0; i < report->findings->n_suppressions; i++) {
                const struct suppression_use *use = &report->findings->suppressions[i];
                if (use->is_foreign)
                        continue;
                writer_object(w, NULL);
                writer_text(w, "rule", use->text);
                writer_text(w, "file", use->file);
                writer_integer(w, "line", use->line);
                writer_number(w, "findings", use->findings);
                writer_number(w, "blocks", use->blocks);
                writer_number(w, "bytes", use->bytes);
                writer_end_object(w);
        }
        writer_end_array(w);
        writer_array(w, "baseline_gone");
        for (size_t i = 0; i < report->findings->n_gone; i++)
                writer_text(w, NULL, report->findings->gone[i]);
        writer_end_array(w);
}

static void write_unwatched(struct writer *w, const struct report *report)
{
        writer_array(w, "unwatched");
        for (size_t i = 0; i < report->capture->unwatched.n; i++) {
                const struct unwatched *unwatched = &report->capture->unwatched.all[i];
                writer_object(w, NULL);
                writer_integer(w, "pid", unwatched->pid);
                writer_number(w, "processes", unwatched->n);
                writer_text(w, "program", *unwatched->program ? unwatched->program : NULL);
                writer_text(w, "why", unwatched->why);
                writer_end_object(w);
        }
        writer_end_array(w);
}

void write_json(const struct report *report, FILE *out)
{
        struct writer w = { .out = out };
        size_t n_shown = 0;
        writer_object(&w, NULL);
        writer_integer(&w, "unfreed", 1);
        writer_text(&w, "version", UNFREED_VERSION);
        write_command(&w, report);
        writer_newline(&w);
        writer_array(&w, "processes");
        for (size_t i = 0; i < report->capture->n_processes; i++) {
                write_process(&w, report, &report->capture->processes[i]);
                writer_newline(&w);
        }
        writer_end_array(&w);
        writer_array(&w, "findings");
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding))
                        continue;
                n_shown++;
                writer_newline(&w);
                write_finding(&w, report, finding);
                store_empty(report->store);
        }
        writer_end_array(&w);
        writer_newline(&w);
        write_uses(&w, report);
        writer_newline(&w);
        write_unwatched(&w, report);
        writer_newline(&w);
        write_summary(&w, report, n_shown);
        writer_end_object(&w);
        writer_newline(&w);
}
