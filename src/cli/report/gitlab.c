/* GitLab code quality: a JSON array, one object for each finding
 *
 * Fingerprints must be unique in a report and stay the same between pipelines: the id, with the place of the release where
 * one birth was released wrongly in several places.
 */
#include "cli/policy/id.h"
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/style.h"
#include "cli/report/writer.h"

#include <string.h>

static const char *severity(const struct finding *finding)
{
        switch (finding->rule) {
        case RULE_UF102:
        case RULE_UF103:
                return "blocker";
        case RULE_UF101:
        case RULE_UF104:
        case RULE_UF105:
                return "critical";
        case RULE_UF001:
                return "major";
        case RULE_UF002:
        case RULE_UF004:
                return "minor";
        default:
                return "info";
        }
}

static const char *fingerprint(const struct report *report, struct map *seen, const struct finding *finding)
{
        const char *text = finding->id;
        for (unsigned n = 2;; n++) {
                void **value = map_at(seen, text, strlen(text));
                if (!*value) {
                        *value = seen;
                        return text;
                }
                text = store_format(report->store, "%s-%u", finding->id, n);
        }
}

void write_gitlab(const struct report *report, FILE *out)
{
        struct writer w = { .out = out };
        struct map *seen = map_new();
        writer_array(&w, NULL);
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding) || finding->suppressed_by)
                        continue;
                const struct named_frame *place = report_place(report_blame(finding));
                const char *title = report_title(report, finding);
                const struct named_frame *subject = report_subject(report_blame(finding));
                if (subject)
                        title = store_format(report->store, "%s: %s", report_function(report, subject), title);
                writer_newline(&w);
                writer_object(&w, NULL);
                writer_text(&w, "description", style_clean(report->store, title));
                writer_text(&w, "check_name", store_format(report->store, "unfreed/%s", rule_kind(finding->rule)));
                writer_text(&w, "fingerprint", fingerprint(report, seen, finding));
                writer_text(&w, "severity", severity(finding));
                writer_object(&w, "location");
                writer_text(&w, "path", place ? report_path(report, place->frame.file) : finding->owner);
                writer_object(&w, "lines");
                writer_integer(&w, "begin", place ? place->frame.line : 1);
                writer_end_object(&w);
                writer_end_object(&w);
                writer_end_object(&w);
                store_empty(report->store);
        }
        writer_newline(&w);
        writer_end_array(&w);
        writer_newline(&w);
        map_free(seen);
}
