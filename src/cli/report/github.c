/* GitHub Actions: annotations on the lines to blame, and the summary of the step
 *
 * An annotation is a line on the job's output. GitHub shows ten of a kind for a step and drops the rest without a word,
 * so the worst ten are given and the others are counted in a notice. The summary, where the runner offers a file for it,
 * has them all in a table.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/quantity.h"
#include "cli/report/style.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANNOTATIONS_MOST = 10, SUMMARY_ROWS_MOST = 500 };

/* The escapes of workflow commands; in a property , and : as well. */
static void print_escaped(const struct report *report, FILE *out, const char *text, bool is_property)
{
        for (text = style_clean(report->store, text); *text; text++) {
                if (*text == '%')
                        fputs("%25", out);
                else if (is_property && *text == ':')
                        fputs("%3A", out);
                else if (is_property && *text == ',')
                        fputs("%2C", out);
                else
                        fputc(*text, out);
        }
}

static void print_annotation(const struct report *report, FILE *out, const struct finding *finding)
{
        const struct stack *blame = report_blame(finding);
        const struct named_frame *place = report_place(blame);
        fputs(finding->gating ? "::error " : "::warning ", out);
        if (place) {
                fputs("file=", out);
                print_escaped(report, out, report_path(report, place->frame.file), true);
                fprintf(out, ",line=%d,", place->frame.line);
        }
        fprintf(out, "title=%s ", rule_code(finding->rule));
        print_escaped(report, out, rule_kind(finding->rule), true);
        fputs("::", out);
        print_escaped(report, out, report_title(report, finding), false);
        size_t depth = report_depth(report, blame);
        for (size_t i = 0, n = 0; i < depth && n < 20; i++) {
                if (report_folds(report, blame, blame->frames[i]))
                        continue;
                fputs("%0A  ", out);
                print_escaped(report, out, report_function(report, blame->frames[i]), false);
                n++;
        }
        const char *advice = report_advice(report, finding);
        if (*advice) {
                fputs("%0A", out);
                print_escaped(report, out, advice, false);
        }
        fprintf(out, "%%0Aid %s\n", finding->id);
}

/* Text in a cell of a Markdown table. */
static void print_cell(const struct report *report, FILE *out, const char *text)
{
        for (text = style_clean(report->store, text); *text; text++) {
                const char *special = strchr("\\`*_{}[]<>()#+!|&~", *text);
                if (*text == '<' || *text == '&')
                        fprintf(out, "&#%d;", *text);
                else
                        fprintf(out, special ? "\\%c" : "%c", *text);
        }
}

static void print_summary(const struct report *report, FILE *out)
{
        const struct findings *f = report->findings;
        struct store *store = report->store;
        fprintf(out, "### unfreed: %s\n\n", f->n_gating ? quantity_of(store, f->n_gating, "finding", "findings") : "no findings");
        fprintf(out, "%s leaked in %s, %s", quantity_bytes(store, f->leaked_bytes), quantity_blocks(store, f->leaked_blocks),
                quantity_of(store, f->n_wrong, "wrong release", "wrong releases"));
        if (f->n_suppressed)
                fprintf(out, ", %s suppressed", quantity_number(store, f->n_suppressed));
        fputs(".\n\n", out);
        size_t n = 0;
        for (size_t i = 0; i < f->n && n < SUMMARY_ROWS_MOST; i++) {
                const struct finding *finding = &f->all[i];
                if (!report_shows(report, finding) || finding->suppressed_by)
                        continue;
                if (n++ == 0)
                        fputs("| rule | what | where | id |\n|---|---|---|---|\n", out);
                const struct named_frame *place = report_place(report_blame(finding));
                fprintf(out, "| %s | ", rule_code(finding->rule));
                print_cell(report, out, report_title(report, finding));
                fputs(" | ", out);
                if (place) {
                        print_cell(report, out, report_function(report, place));
                        fputs(" ", out);
                        print_cell(report, out, report_path(report, place->frame.file));
                        fprintf(out, ":%d", place->frame.line);
                }
                fprintf(out, " | `%s` |\n", finding->id);
        }
        if (n == SUMMARY_ROWS_MOST)
                fputs("\nThe table ends here; the full report is in the log.\n", out);
        fputc('\n', out);
}

/* Other steps append to the same file. Without it there is no summary, which is no reason to fail. */
static void append_summary(const struct report *report)
{
        const char *path = getenv("GITHUB_STEP_SUMMARY");
        int fd = path && *path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666) : -1;
        FILE *file = fd < 0 ? NULL : fdopen(fd, "a");
        if (file) {
                print_summary(report, file);
                fclose(file);
        } else if (fd >= 0) {
                close(fd);
        }
}

void write_github(const struct report *report, FILE *out)
{
        size_t n = 0, n_more = 0;
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding) || finding->suppressed_by || finding->rule == RULE_UF003)
                        continue;
                if (n++ < ANNOTATIONS_MOST)
                        print_annotation(report, out, finding);
                else
                        n_more++;
                store_empty(report->store);
        }
        if (n_more)
                fprintf(out, "::notice title=unfreed::%s not annotated\n",
                        quantity_of(report->store, n_more, "more finding is", "more findings are"));
        append_summary(report);
        store_empty(report->store);
}
