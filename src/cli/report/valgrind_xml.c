/* Valgrind's XML, protocol 4, as Memcheck writes it (docs/internals/xml-output-protocol4.txt in its source)
 *
 * For the readers that know nothing else: Jenkins, CLion, Qt Creator, CTest. A leak's stack begins with the allocation
 * function, as there. Ours that Memcheck does not have go under the nearest of its kinds.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/xml.h"

#include <string.h>

static const char *kind_of(const struct finding *finding)
{
        switch (finding->rule) {
        case RULE_UF001:
                return finding->class == WIRE_VERDICT_INDIRECT ? "Leak_IndirectlyLost" : "Leak_DefinitelyLost";
        case RULE_UF002:
                return "Leak_PossiblyLost";
        case RULE_UF003:
        case RULE_UF004:
                return "Leak_StillReachable";
        case RULE_UF101:
        case RULE_UF105:
                return "MismatchedFree";
        default:
                return "InvalidFree";
        }
}

static void print_frame(const struct report *report, FILE *out, const struct named_frame *named)
{
        const struct frame *frame = &named->frame;
        fprintf(out, "<frame><ip>0x%llX</ip>\n", (unsigned long long)frame->offset);
        xml_element(out, "obj", frame->module_path);
        xml_element(out, "fn", frame->function ? frame->function : frame->raw);
        if (frame->file) {
                const char *slash = strrchr(frame->file, '/');
                size_t n = slash && slash > frame->file ? (size_t)(slash - frame->file) : 0;
                if (n)
                        xml_element(out, "dir", store_format(report->store, "%.*s", (int)n, frame->file));
                xml_element(out, "file", slash ? slash + 1 : frame->file);
                if (frame->line > 0)
                        fprintf(out, "<line>%d</line>\n", frame->line);
        }
        fputs("</frame>\n", out);
}

static void print_stack(const struct report *report, FILE *out, const struct stack *stack)
{
        size_t depth = report_depth(report, stack);
        fputs("<stack>\n", out);
        if (stack->entry || !depth) {
                fputs("<frame><ip>0x0</ip>\n<obj>libunfreed.so</obj>\n", out);
                xml_element(out, "fn", stack->entry ? entry_name(stack->entry) : "???");
                fputs("</frame>\n", out);
        }
        for (size_t i = 0; i < depth; i++)
                print_frame(report, out, stack->frames[i]);
        fputs("</stack>\n", out);
}

static void print_error(const struct report *report, FILE *out, const struct finding *finding, size_t unique)
{
        const char *title = report_title(report, finding);
        fprintf(out, "<error><unique>0x%zx</unique>\n<tid>%d</tid>\n<kind>%s</kind>\n", unique,
                finding->wrong && finding->wrong->tid > 0 ? finding->wrong->tid : 1, kind_of(finding));
        if (rule_is_leak(finding->rule)) {
                fputs("<xwhat>\n", out);
                xml_element(out, "text", title);
                fprintf(out, "<leakedbytes>%llu</leakedbytes>\n<leakedblocks>%llu</leakedblocks>\n</xwhat>\n",
                        (unsigned long long)finding->bytes, (unsigned long long)finding->blocks);
                print_stack(report, out, &finding->stack);
        } else {
                xml_element(out, "what", title);
                print_stack(report, out, &finding->release);
                if (finding->first_release.n_frames) {
                        xml_element(out, "auxwhat", "The block was first released at");
                        print_stack(report, out, &finding->first_release);
                }
                if (finding->stack.n_frames) {
                        xml_element(out, "auxwhat", "The block was allocated at");
                        print_stack(report, out, &finding->stack);
                }
        }
        fputs("</error>\n", out);
}

static void print_head(const struct report *report, FILE *out)
{
        const struct process *root = report->root;
        char *const *words = report->capture->command;
        if (!words)
                words = root ? root->argv : NULL;
        fputs("<?xml version=\"1.0\"?>\n<valgrindoutput>\n<protocolversion>4</protocolversion>\n"
              "<protocoltool>memcheck</protocoltool>\n<preamble>\n<line>unfreed " UNFREED_VERSION "</line>\n</preamble>\n", out);
        fprintf(out, "<pid>%d</pid>\n<ppid>%d</ppid>\n<tool>memcheck</tool>\n", root ? root->pid : 0, root ? root->ppid : 0);
        fputs("<args>\n<vargv>\n<exe>unfreed</exe>\n</vargv>\n<argv>\n", out);
        xml_element(out, "exe", words && *words ? *words : "program");
        while (words && *words && *++words)
                xml_element(out, "arg", *words);
        fputs("</argv>\n</args>\n<status>\n<state>RUNNING</state>\n<time>00:00:00:00.000 </time>\n</status>\n", out);
}

static void print_errors(const struct report *report, FILE *out, bool leaks)
{
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (report_shows(report, finding) && !finding->suppressed_by && rule_is_leak(finding->rule) == leaks)
                        print_error(report, out, finding, i);
                store_empty(report->store);
        }
}

static void print_counts(const struct report *report, FILE *out)
{
        fputs("<errorcounts>\n", out);
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (report_shows(report, finding) && !finding->suppressed_by)
                        fprintf(out, "<pair><count>%llu</count><unique>0x%zx</unique></pair>\n",
                                (unsigned long long)(rule_is_leak(finding->rule) ? 1 : finding->count), i);
        }
        fputs("</errorcounts>\n<suppcounts>\n", out);
        for (size_t i = 0; i < report->findings->n_suppressions; i++) {
                const struct suppression_use *use = &report->findings->suppressions[i];
                if (!use->findings)
                        continue;
                fprintf(out, "<pair><count>%llu</count>", (unsigned long long)use->findings);
                xml_element(out, "name", use->text);
                fputs("</pair>\n", out);
        }
        fputs("</suppcounts>\n", out);
}

void write_valgrind_xml(const struct report *report, FILE *out)
{
        print_head(report, out);
        print_errors(report, out, false);
        fputs("<status>\n<state>FINISHED</state>\n<time>00:00:00:00.000 </time>\n</status>\n", out);
        print_errors(report, out, true);
        print_counts(report, out);
        fputs("</valgrindoutput>\n", out);
}
