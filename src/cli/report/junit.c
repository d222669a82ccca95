/* JUnit XML: each finding a test case
 *
 * What gates is a failure, what is known or suppressed a skipped test, the rest a test that passed and says something. A
 * clean run is one test that passed, since many readers take a suite without tests for a broken one. Attributes are those
 * that the strictest reader (Jenkins' xUnit plugin) knows: the place in the source stands in the text.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/style.h"
#include "cli/report/xml.h"

#include <string.h>

static void print_stack(const struct report *report, FILE *out, const char *name, const struct stack *stack)
{
        if (!stack->n_frames)
                return;
        size_t depth = report_depth(report, stack);
        fprintf(out, "%s\n", name);
        for (size_t i = 0; i < depth; i++) {
                const struct frame *frame = &stack->frames[i]->frame;
                if (report_folds(report, stack, stack->frames[i]))
                        continue;
                fputs("  ", out);
                xml_text(out, style_clean(report->store, report_function(report, stack->frames[i])));
                if (frame->file) {
                        fputs("  ", out);
                        xml_text(out, style_clean(report->store, report_path(report, frame->file)));
                        fprintf(out, ":%d", frame->line);
                }
                fputc('\n', out);
        }
}

static void print_body(const struct report *report, FILE *out, const struct finding *finding)
{
        const char *advice = report_advice(report, finding);
        print_stack(report, out, store_format(report->store, "%s at", report_release_verb(finding, "released")), &finding->release);
        print_stack(report, out, "first released at", &finding->first_release);
        print_stack(report, out, "allocated at", &finding->stack);
        if (*advice)
                xml_text(out, advice);
        fprintf(out, "\nid %s\n", finding->id);
}

static bool is_skipped(const struct finding *finding)
{
        return finding->suppressed_by || (finding->baseline && strcmp(finding->baseline, "new") != 0 && !finding->gating);
}

static void print_case(const struct report *report, FILE *out, const struct finding *finding)
{
        const char *title = style_clean(report->store, report_title(report, finding));
        const struct named_frame *subject = report_subject(report_blame(finding));
        const char *where = subject ? report_function(report, subject) : finding->owner;
        fputs("<testcase", out);
        xml_attribute(out, "classname", store_format(report->store, "unfreed.%s", rule_kind(finding->rule)));
        xml_attribute(out, "name", store_format(report->store, "%s: %s [%s]", style_clean(report->store, where), title, finding->id));
        fputs(" time=\"0\">", out);
        const char *element = finding->gating ? "failure" : is_skipped(finding) ? "skipped" : "system-out";
        fprintf(out, "<%s", element);
        if (finding->gating) {
                xml_attribute(out, "type", rule_code(finding->rule));
                xml_attribute(out, "message", title);
        } else if (is_skipped(finding)) {
                xml_attribute(out, "message",
                              finding->suppressed_by ? finding->suppressed_by
                                                     : store_format(report->store, "baseline: %s", finding->baseline));
        }
        fputc('>', out);
        if (!is_skipped(finding))
                print_body(report, out, finding);
        fprintf(out, "</%s></testcase>\n", element);
}

void write_junit(const struct report *report, FILE *out)
{
        size_t n = 0, n_failed = 0, n_skipped = 0;
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding))
                        continue;
                n++;
                n_failed += finding->gating;
                n_skipped += !finding->gating && is_skipped(finding);
        }
        size_t n_cases = n ? n : 1;
        fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"unfreed\" tests=\"%zu\" failures=\"%zu\" "
                     "errors=\"0\" time=\"0\">\n<testsuite",
                n_cases, n_failed);
        xml_attribute(out, "name", style_clean(report->store, store_format(report->store, "unfreed %s", report->command)));
        fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n", n_cases, n_failed, n_skipped);
        if (!n)
                fputs("<testcase classname=\"unfreed\" name=\"no findings\" time=\"0\"/>\n", out);
        for (size_t i = 0; i < report->findings->n; i++) {
                if (report_shows(report, &report->findings->all[i]))
                        print_case(report, out, &report->findings->all[i]);
                store_empty(report->store);
        }
        fputs("</testsuite>\n</testsuites>\n", out);
}
