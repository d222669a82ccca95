/* SARIF 2.1.0, as GitHub code scanning accepts it
 *
 * Findings with the same rule and the same line to blame are one result, because a code scanning alert is a line; each
 * finding of it is a code flow. Limits are GitHub's ("SARIF support for code scanning"): 25,000 results of a run, of
 * which 5,000 are shown; 10,000 locations in the flows of a result, of which 1,000 are shown; 10 MB for the whole file
 * after gzip. We stay at what is shown and say how many results are left out. gzip makes a tenth or less of such a
 * file, so that with the flows held to FLOW_BYTES_MOST the file stays below its limit too.
 */
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/linehash.h"
#include "cli/report/quantity.h"
#include "cli/report/rules.h"
#include "cli/report/source.h"
#include "cli/report/style.h"
#include "cli/report/uri.h"
#include "cli/report/writer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
        RESULTS_MOST = 5000,
        FLOWS_MOST = 10,           /* of a result */
        FLOW_LOCATIONS_MOST = 100, /* of a flow */
        FLOW_BYTES_MOST = 48 << 20,
        STEP_BYTES = 320,   /* of a step, without its names */
        SNIPPET_MOST = 200, /* columns */
};

/* Findings that are one result: a list in the order of the report. */
struct result {
        const struct finding *finding;
        struct result *next; /* of the same result */
        struct result *last; /* of the first only */
        size_t n;            /* of the first only */
};

struct sarif {
        const struct report *report;
        struct writer w;
        struct store *store; /* of what lives until the end */
        struct map *hashes;  /* file -> struct file_hashes * */
        size_t flow_bytes;   /* written, about */
};

struct file_hashes {
        struct line_hash *all;
        size_t n;
};

/* "possible-leak" is PossibleLeak: SARIF wants names of rules so. */
static const char *rule_name(struct store *store, enum rule rule)
{
        const char *kind = rule_kind(rule);
        char *name = store_take(store, strlen(kind) + 1), *out = name;
        for (bool begins = true; *kind; kind++) {
                if (*kind != '-')
                        *out++ = begins ? (char)toupper((unsigned char)*kind) : *kind;
                begins = *kind == '-';
        }
        return name;
}

static void write_rules(struct sarif *sarif)
{
        struct writer *w = &sarif->w;
        writer_array(w, "rules");
        for (int i = 0; i < RULE_END; i++) {
                const struct rule_text *text = rule_text((enum rule)i);
                writer_object(w, NULL);
                writer_text(w, "id", rule_code((enum rule)i));
                writer_text(w, "name", rule_name(sarif->report->store, (enum rule)i));
                writer_object(w, "shortDescription");
                writer_text(w, "text", text->title);
                writer_end_object(w);
                writer_object(w, "fullDescription");
                writer_text(w, "text", text->meaning);
                writer_end_object(w);
                writer_object(w, "help");
                writer_text(w, "text", text->help);
                writer_end_object(w);
                if (*text->cwes)
                        writer_text(w, "helpUri",
                                    store_format(sarif->report->store, "https://cwe.mitre.org/data/definitions/%s.html",
                                                 *text->cwes));
                writer_object(w, "defaultConfiguration");
                writer_text(w, "level", text->level);
                writer_end_object(w);
                writer_object(w, "properties");
                writer_array(w, "tags");
                writer_text(w, NULL, "memory");
                for (const char *const *cwe = text->cwes; *cwe; cwe++)
                        writer_text(w, NULL, store_format(sarif->report->store, "external/cwe/cwe-%s", *cwe));
                writer_end_array(w);
                writer_text(w, "precision", text->precision);
                writer_text(w, "problem.severity", strcmp(text->level, "note") == 0 ? "recommendation" : text->level);
                writer_end_object(w);
                writer_end_object(w);
                writer_newline(w);
        }
        writer_end_array(w);
}

/* A file below the root is relative to it, so that the report is the same in every checkout. */
static void write_artifact(struct sarif *sarif, const char *file)
{
        const char *path = report_path(sarif->report, file);
        struct writer *w = &sarif->w;
        writer_object(w, "artifactLocation");
        if (*path == '/') {
                writer_text(w, "uri", uri_of_path(sarif->report->store, "file://", path));
        } else {
                writer_text(w, "uri", uri_of_path(sarif->report->store, "", path));
                writer_text(w, "uriBaseId", "SRCROOT");
        }
        writer_end_object(w);
}

static void write_physical(struct sarif *sarif, const struct named_frame *frame, const char *otherwise, bool with_line)
{
        struct writer *w = &sarif->w;
        writer_object(w, "physicalLocation");
        write_artifact(sarif, frame ? frame->frame.file : otherwise);
        writer_object(w, "region");
        writer_integer(w, "startLine", frame ? frame->frame.line : 1);
        size_t n;
        const char *line = with_line && frame
                                   ? source_line(sarif->report->sources, frame->frame.file, frame->frame.line, &n)
                                   : NULL;
        if (line) {
                writer_object(w, "snippet");
                writer_text(w, "text", style_clip(sarif->report->store, line, n, SNIPPET_MOST));
                writer_end_object(w);
        }
        writer_end_object(w);
        writer_end_object(w);
}

static bool has_place(const struct named_frame *frame) { return frame->frame.file && frame->frame.line > 0; }

static void write_logical(struct sarif *sarif, const struct named_frame *frame)
{
        struct writer *w = &sarif->w;
        writer_array(w, "logicalLocations");
        writer_object(w, NULL);
        writer_text(w, "name", report_function(sarif->report, frame));
        writer_text(w, "fullyQualifiedName", frame->key);
        writer_text(w, "kind", "function");
        writer_end_object(w);
        writer_end_array(w);
}

/* The frames of a stack as steps of a flow, outermost first, so that the last step is where it happens. */
static void write_steps(struct sarif *sarif, const struct stack *stack, const char *what, size_t *budget)
{
        struct writer *w = &sarif->w;
        size_t depth = report_depth(sarif->report, stack);
        if (depth > *budget)
                depth = *budget;
        for (size_t i = depth; i--;) {
                const struct named_frame *frame = stack->frames[i];
                if (report_folds(sarif->report, stack, frame) || !has_place(frame))
                        continue;
                --*budget;
                sarif->flow_bytes += STEP_BYTES + strlen(frame->frame.file) + 3 * strlen(frame->key);
                writer_object(w, NULL);
                writer_object(w, "location");
                write_physical(sarif, frame, NULL, false);
                write_logical(sarif, frame);
                writer_object(w, "message");
                writer_text(w, "text",
                            store_format(sarif->report->store, "%s in %s", i ? "called" : what,
                                         report_function(sarif->report, frame)));
                writer_end_object(w);
                writer_end_object(w);
                writer_end_object(w);
        }
}

static bool has_steps(const struct stack *stack)
{
        for (size_t i = 0; i < stack->n_frames; i++)
                if (has_place(stack->frames[i]))
                        return true;
        return false;
}

static void write_flows(struct sarif *sarif, const struct result *result)
{
        struct writer *w = &sarif->w;
        size_t n = 0;
        for (const struct result *one = result; one && n < FLOWS_MOST && sarif->flow_bytes < FLOW_BYTES_MOST;
             one = one->next) {
                const struct finding *finding = one->finding;
                if (!has_steps(&finding->stack) && !has_steps(&finding->release) && !has_steps(&finding->first_release))
                        continue;
                if (n++ == 0)
                        writer_array(w, "codeFlows");
                size_t budget = FLOW_LOCATIONS_MOST;
                writer_object(w, NULL);
                writer_array(w, "threadFlows");
                writer_object(w, NULL);
                writer_array(w, "locations");
                write_steps(sarif, &finding->stack, "allocated", &budget);
                write_steps(sarif, &finding->first_release, "first released", &budget);
                write_steps(sarif, &finding->release, report_release_verb(finding, "released"), &budget);
                if (budget == FLOW_LOCATIONS_MOST) /* all that had a place were folded */
                        write_steps(sarif, report_blame(finding), "seen", &budget);
                writer_end_array(w);
                writer_end_object(w);
                writer_end_array(w);
                writer_end_object(w);
        }
        if (n)
                writer_end_array(w);
}

/* GitHub's own fingerprint of a line, NULL where the source cannot be read. */
static const char *line_fingerprint(struct sarif *sarif, const struct frame *frame)
{
        void **known = map_at(sarif->hashes, frame->file, strlen(frame->file));
        struct file_hashes *hashes = *known;
        if (!hashes) {
                size_t n_bytes;
                const char *text = source_text(sarif->report->sources, frame->file, &n_bytes);
                *known = hashes = store_take(sarif->store, sizeof *hashes);
                if (text)
                        hashes->all = line_hashes(text, n_bytes, &hashes->n);
        }
        if (frame->line < 1 || (size_t)frame->line > hashes->n)
                return NULL;
        struct line_hash hash = hashes->all[frame->line - 1];
        if (!(frame->line == 1 || hash.occurrence)) /* the file changed under us */
                return NULL;
        return store_format(sarif->report->store, "%llx:%u", (unsigned long long)hash.hash, hash.occurrence);
}

static const char *message(struct sarif *sarif, const struct result *result)
{
        struct store *store = sarif->report->store;
        const struct finding *finding = result->finding;
        const char *advice = report_advice(sarif->report, finding);
        const char *text =
                store_format(store, "%s%s%s.", report_title(sarif->report, finding), *advice ? ": " : "", advice);
        if (result->n > 1)
                text = store_format(store, "%s (and %s with the same line to blame)", text,
                                    quantity_of(store, result->n - 1, "more finding", "more findings"));
        return style_clean(store, text);
}

static void write_fingerprints(struct sarif *sarif, const struct finding *finding, const struct named_frame *place)
{
        struct writer *w = &sarif->w;
        const char *line = place ? line_fingerprint(sarif, &place->frame) : NULL;
        writer_object(w, "partialFingerprints");
        if (line)
                writer_text(w, "primaryLocationLineHash", line);
        writer_text(w, "unfreedId/v1", finding->id);
        writer_end_object(w);
}

static void write_suppressed(struct sarif *sarif, const struct finding *finding)
{
        struct writer *w = &sarif->w;
        if (finding->suppressed_by) {
                writer_array(w, "suppressions");
                writer_object(w, NULL);
                writer_text(w, "kind", "external");
                writer_text(w, "justification", finding->suppressed_by);
                writer_end_object(w);
                writer_end_array(w);
        }
        if (finding->baseline)
                writer_text(w, "baselineState",
                            strcmp(finding->baseline, "known") == 0 ? "unchanged"
                            : strcmp(finding->baseline, "new") == 0 ? "new"
                                                                    : "updated");
}

static void write_result(struct sarif *sarif, const struct result *result)
{
        struct writer *w = &sarif->w;
        const struct finding *finding = result->finding;
        const struct stack *blame = report_blame(finding);
        const struct named_frame *place = report_place(blame);
        uint64_t bytes = 0, blocks = 0;
        for (const struct result *one = result; one; one = one->next) {
                bytes += one->finding->bytes;
                blocks += one->finding->blocks;
        }
        writer_newline(w);
        writer_object(w, NULL);
        writer_text(w, "ruleId", rule_code(finding->rule));
        writer_integer(w, "ruleIndex", finding->rule);
        writer_text(w, "level", rule_text(finding->rule)->level);
        writer_object(w, "message");
        writer_text(w, "text", message(sarif, result));
        writer_end_object(w);
        writer_array(w, "locations");
        writer_object(w, NULL);
        write_physical(sarif, place, finding->owner, true);
        if (place || blame->n_frames)
                write_logical(sarif, place ? place : blame->frames[0]);
        writer_end_object(w);
        writer_end_array(w);
        write_fingerprints(sarif, finding, place);
        write_flows(sarif, result);
        write_suppressed(sarif, finding);
        writer_object(w, "properties");
        writer_text(w, "class", rule_is_leak(finding->rule) ? class_name(finding->class) : NULL);
        writer_text(w, "family", family_name(finding->family));
        writer_number(w, "bytes", bytes);
        writer_number(w, "blocks", blocks);
        writer_end_object(w);
        writer_end_object(w);
}

/* The first findings of all results, in the order of the report; *ret_n of them. */
static struct result **group(struct sarif *sarif, size_t *ret_n)
{
        const struct findings *findings = sarif->report->findings;
        struct result **results = store_take(sarif->store, findings->n * sizeof *results);
        struct map *by_line = map_new();
        *ret_n = 0;
        for (size_t i = 0; i < findings->n; i++) {
                const struct finding *finding = &findings->all[i];
                if (!report_shows(sarif->report, finding))
                        continue;
                const struct named_frame *place = report_place(report_blame(finding));
                const char *key =
                        store_format(sarif->report->store, "%d %d %d %s", finding->rule, finding->suppressed_by != NULL,
                                     place ? place->frame.line : 0, place ? place->frame.file : finding->id);
                struct result *result = store_take(sarif->store, sizeof *result);
                result->finding = finding;
                void **first = map_at(by_line, key, strlen(key));
                if (*first) {
                        ((struct result *)*first)->last->next = result;
                } else {
                        *first = results[(*ret_n)++] = result;
                }
                ((struct result *)*first)->last = result;
                ((struct result *)*first)->n++;
                store_empty(sarif->report->store);
        }
        map_free(by_line);
        return results;
}

/* Runs of different programs are different categories: one must not close the other's alerts. */
static void write_run(struct sarif *sarif)
{
        const struct report *report = sarif->report;
        struct writer *w = &sarif->w;
        char *const *words = report->capture->command;
        const char *program = words && *words ? *words : report->command, *slash = strrchr(program, '/');
        writer_object(w, "automationDetails");
        writer_text(
                w, "id",
                store_format(report->store, "unfreed/%s/", style_clean(report->store, slash ? slash + 1 : program)));
        writer_end_object(w);
        if (*report->cwd) {
                writer_object(w, "originalUriBaseIds");
                writer_object(w, "SRCROOT");
                writer_text(w, "uri",
                            store_format(report->store, "%s/", uri_of_path(report->store, "file://", report->cwd)));
                writer_end_object(w);
                writer_end_object(w);
        }
        writer_array(w, "invocations");
        writer_object(w, NULL);
        writer_bool(w, "executionSuccessful", true);
        writer_text(w, "commandLine", style_clean(report->store, report->command));
        if (report->root && report->root->end.how == END_EXIT)
                writer_integer(w, "exitCode", report->root->end.code);
        writer_end_object(w);
        writer_end_array(w);
}

static void free_hashes(struct sarif *sarif)
{
        const struct findings *findings = sarif->report->findings;
        for (size_t i = 0; i < findings->n; i++) {
                const struct named_frame *place = report_place(report_blame(&findings->all[i]));
                struct file_hashes *hashes =
                        place ? map_find(sarif->hashes, place->frame.file, strlen(place->frame.file)) : NULL;
                if (hashes) {
                        free(hashes->all);
                        hashes->all = NULL;
                }
        }
        map_free(sarif->hashes);
}

void write_sarif(const struct report *report, FILE *out)
{
        struct sarif sarif = {.report = report, .w = {.out = out}, .store = store_new(), .hashes = map_new()};
        struct writer *w = &sarif.w;
        size_t n;
        struct result **results = group(&sarif, &n);
        writer_object(w, NULL);
        writer_text(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        writer_text(w, "version", "2.1.0");
        writer_array(w, "runs");
        writer_object(w, NULL);
        writer_object(w, "tool");
        writer_object(w, "driver");
        writer_text(w, "name", "unfreed");
        writer_text(w, "version", UNFREED_VERSION);
        writer_text(w, "semanticVersion", UNFREED_VERSION);
        writer_text(w, "informationUri", "man:unfreed(1)");
        write_rules(&sarif);
        writer_end_object(w);
        writer_end_object(w);
        write_run(&sarif);
        writer_array(w, "results");
        for (size_t i = 0; i < n && i < RESULTS_MOST; i++) {
                write_result(&sarif, results[i]);
                store_empty(report->store);
        }
        writer_end_array(w);
        writer_text(w, "columnKind", "unicodeCodePoints");
        writer_object(w, "properties");
        writer_number(w, "resultsLeftOut", n > RESULTS_MOST ? n - RESULTS_MOST : 0);
        writer_end_object(w);
        writer_end_object(w);
        writer_end_array(w);
        writer_end_object(w);
        writer_newline(w);
        free_hashes(&sarif);
        store_free(sarif.store);
}
