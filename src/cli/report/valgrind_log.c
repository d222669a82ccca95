/* Findings in the words of Memcheck's log
 *
 * For readers that know no other: CTest counts the defects of a test by these lines when it runs its memory checker.
 * The words of a headline are Valgrind's to the letter; what else stands there is for people.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/quantity.h"
#include "cli/report/style.h"

struct log {
        const struct report *report;
        FILE *out;
        int pid; /* begins each line */
        size_t n_records, record;
};

static void print(const struct log *log, const char *text)
{
        fprintf(log->out, "==%d== %s\n", log->pid, style_clean(log->report->store, text));
}

static void print_frame(const struct log *log, const struct named_frame *named, bool is_first)
{
        const struct frame *frame = &named->frame;
        struct store *store = log->report->store;
        const char *where = frame->file
                                    ? store_format(store, "%s:%d", report_path(log->report, frame->file), frame->line)
                                    : store_format(store, "in %s", frame->module_path ? frame->module_path : "???");
        print(log, store_format(store, "   %s 0x%llX: %s (%s)", is_first ? "at" : "by",
                                (unsigned long long)frame->offset, report_function(log->report, named), where));
}

static void print_stack(const struct log *log, const struct stack *stack)
{
        size_t depth = report_depth(log->report, stack);
        if (stack->entry)
                print(log,
                      store_format(log->report->store, "   at 0x0: %s (in libunfreed.so)", entry_name(stack->entry)));
        for (size_t i = 0; i < depth; i++)
                print_frame(log, stack->frames[i], i == 0 && !stack->entry);
}

static const char *fate_of(const struct finding *finding)
{
        switch (finding->rule) {
        case RULE_UF001:
                return finding->class == WIRE_VERDICT_INDIRECT ? "indirectly lost" : "definitely lost";
        case RULE_UF002:
                return "possibly lost";
        default:
                return "still reachable";
        }
}

static void print_leak(struct log *log, const struct finding *finding)
{
        struct store *store = log->report->store;
        print(log, store_format(store, "%s bytes in %s blocks are %s in loss record %zu of %zu",
                                quantity_number(store, finding->bytes), quantity_number(store, finding->blocks),
                                fate_of(finding), ++log->record, log->n_records));
        print_stack(log, &finding->stack);
        print(log, "");
}

static void print_wrong(const struct log *log, const struct finding *finding)
{
        bool is_mismatch = finding->rule == RULE_UF101 || finding->rule == RULE_UF105;
        print(log, is_mismatch ? "Mismatched free() / delete / delete []"
                               : "Invalid free() / delete / delete[] / realloc()");
        print_stack(log, &finding->release);
        print(log, store_format(log->report->store, " %s", report_title(log->report, finding)));
        if (finding->first_release.n_frames) {
                print(log, " First released");
                print_stack(log, &finding->first_release);
        }
        if (finding->stack.n_frames) {
                print(log, " Block was alloc'd");
                print_stack(log, &finding->stack);
        }
        print(log, "");
}

static bool is_told(const struct report *report, const struct finding *finding)
{
        return report_shows(report, finding) && !finding->suppressed_by;
}

void write_valgrind_log(const struct report *report, FILE *out)
{
        struct log log = {.report = report, .out = out, .pid = report->root ? report->root->pid : 0};
        const struct findings *findings = report->findings;
        for (size_t i = 0; i < findings->n; i++)
                log.n_records += is_told(report, &findings->all[i]) && rule_is_leak(findings->all[i].rule);
        print(&log, "unfreed " UNFREED_VERSION);
        print(&log, store_format(report->store, "Command: %s", report->command));
        print(&log, "");
        for (size_t i = 0; i < findings->n; i++) {
                const struct finding *finding = &findings->all[i];
                if (is_told(report, finding) && rule_is_leak(finding->rule))
                        print_leak(&log, finding);
                else if (is_told(report, finding))
                        print_wrong(&log, finding);
                store_empty(report->store);
        }
}
