/* Folded stacks, one on a line, outermost first: "main;parse;push;[calloc] 192"
 *
 * What flamegraph.pl, inferno, speedscope and many others read. The number is bytes, or what --metric counts: allocations, microseconds lived; wrong releases, which have none, are
 * left out.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/style.h"

#include <string.h>

/* A name as one element of the line: no separator, and no space at its end that would look like the number's. */
static void print_name(const struct report *report, FILE *out, const char *name)
{
        for (name = style_clean(report->store, name); *name; name++)
                fputc(*name == ';' ? ':' : *name, out);
}

void write_folded(const struct report *report, FILE *out)
{
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding) || !rule_is_leak(finding->rule))
                        continue;
                const struct stack *stack = &finding->stack;
                for (size_t k = report_depth(report, stack); k--;) {
                        if (report_folds(report, stack, stack->frames[k]))
                                continue;
                        print_name(report, out, report_function(report, stack->frames[k]));
                        fputc(';', out);
                }
                fprintf(out, "[%s] %llu\n", stack->entry ? entry_name(stack->entry) : family_name(finding->family),
                        (unsigned long long)finding->weight);
                store_empty(report->store);
        }
}
