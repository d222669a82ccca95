/* speedscope: one profile of bytes and one of blocks for each kind of leak that there is */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/index.h"
#include "cli/report/metric.h"
#include "cli/report/style.h"
#include "cli/report/writer.h"

/* What a profile counts; its words and its unit (of speedscope's). */
enum counted { COUNT_BYTES, COUNT_BLOCKS, COUNT_LIVED };
static const char *const words[] = { "bytes", "blocks", "time lived" };
static const char *const units[] = { "bytes", "none", "microseconds" };

static uint64_t count_of(const struct finding *finding, enum counted counted)
{
        return counted == COUNT_BYTES ? finding->bytes : counted == COUNT_BLOCKS ? finding->blocks : finding->lived_us;
}

static void write_profile(struct writer *w, const struct report *report, const struct frame_index *index, enum rule rule,
                          enum counted counted)
{
        uint64_t sum = 0;
        writer_newline(w);
        writer_object(w, NULL);
        writer_text(w, "type", "sampled");
        writer_text(w, "name", store_format(report->store, "%s, %s", metric_kind(report, rule), words[counted]));
        writer_text(w, "unit", units[counted]);
        writer_array(w, "samples");
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding) || finding->rule != rule)
                        continue;
                sum += count_of(finding, counted);
                writer_array(w, NULL);
                for (size_t k = report_depth(report, &finding->stack); k--;)
                        if (!report_folds(report, &finding->stack, finding->stack.frames[k]))
                                writer_number(w, NULL, frame_index_of(index, finding->stack.frames[k]));
                writer_end_array(w);
        }
        writer_end_array(w);
        writer_array(w, "weights");
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (report_shows(report, finding) && finding->rule == rule)
                        writer_number(w, NULL, count_of(finding, counted));
        }
        writer_end_array(w);
        writer_number(w, "startValue", 0);
        writer_number(w, "endValue", sum);
        writer_end_object(w);
}

static bool has_any(const struct report *report, enum rule rule)
{
        for (size_t i = 0; i < report->findings->n; i++)
                if (report->findings->all[i].rule == rule && report_shows(report, &report->findings->all[i]))
                        return true;
        return false;
}

void write_speedscope(const struct report *report, FILE *out)
{
        struct writer w = { .out = out };
        struct frame_index *index = frame_index_new(report);
        writer_object(&w, NULL);
        writer_text(&w, "$schema", "https://www.speedscope.app/file-format-schema.json");
        writer_text(&w, "name", style_clean(report->store, report->command));
        writer_text(&w, "exporter", "unfreed " UNFREED_VERSION);
        writer_integer(&w, "activeProfileIndex", 0);
        writer_object(&w, "shared");
        writer_array(&w, "frames");
        for (size_t i = 0; i < index->n; i++) {
                const struct frame *frame = &index->frames[i]->frame;
                writer_object(&w, NULL);
                writer_text(&w, "name", report_function(report, index->frames[i]));
                if (frame->file) {
                        writer_text(&w, "file", report_path(report, frame->file));
                        if (frame->line > 0)
                                writer_integer(&w, "line", frame->line);
                } else if (frame->module) {
                        writer_text(&w, "file", frame->module);
                }
                writer_end_object(&w);
                store_empty(report->store);
        }
        writer_end_array(&w);
        writer_end_object(&w);
        writer_array(&w, "profiles");
        bool any = false;
        for (int rule = RULE_UF001; rule <= RULE_UF004; rule++) {
                if (!has_any(report, (enum rule)rule))
                        continue;
                if (report->options->metric == METRIC_LIFETIME)
                        write_profile(&w, report, index, (enum rule)rule, COUNT_LIVED);
                write_profile(&w, report, index, (enum rule)rule, COUNT_BYTES);
                write_profile(&w, report, index, (enum rule)rule, COUNT_BLOCKS);
                any = true;
        }
        if (!any) /* speedscope refuses a file without profiles */
                write_profile(&w, report, index, RULE_UF001, COUNT_BYTES);
        writer_end_array(&w);
        writer_end_object(&w);
        writer_newline(&w);
        frame_index_free(index);
}
