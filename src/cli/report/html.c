/* HTML: one file that needs nothing but a browser
 *
 * The data stand in the page as JSON, in an element that is not run; the script makes the page from them. The policy in
 * the page's head names the script and the style by their hashes and forbids everything else, so that a name with
 * markup in it stays a name, and no request ever leaves the page.
 */
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/html_page.h"
#include "cli/report/index.h"
#include "cli/report/metric.h"
#include "cli/report/quantity.h"
#include "cli/report/sha256.h"
#include "cli/report/source.h"
#include "cli/report/style.h"
#include "cli/report/writer.h"
#include "cli/report/xml.h"

#include <string.h>
#include <time.h>

enum {
        CONTEXT_LINES = 3,          /* on either side */
        CONTEXT_LINE_MOST = 200,    /* columns */
        CONTEXT_FRAMES_MOST = 8000, /* of the page; a line of code is about 50 bytes */
};

static void write_context(struct writer *w, const struct report *report, const struct frame *frame)
{
        size_t n;
        if (!source_line(report->sources, frame->file, frame->line, &n))
                return;
        writer_array(w, "source");
        for (int line = frame->line - CONTEXT_LINES; line <= frame->line + CONTEXT_LINES; line++) {
                const char *text = source_line(report->sources, frame->file, line, &n);
                if (!text)
                        continue;
                char *expanded = store_take(report->store, 8 * n + 1), *out = expanded; /* tabs, to the next multiple of 8 */
                for (size_t i = 0; i < n; i++) {
                        if (text[i] != '\t')
                                *out++ = text[i];
                        while (text[i] == '\t' && (*out++ = ' ') && (out - expanded) % 8)
                                continue;
                }
                writer_array(w, NULL);
                writer_integer(w, NULL, line);
                writer_text(w, NULL, style_clip(report->store, expanded, (size_t)(out - expanded), CONTEXT_LINE_MOST));
                writer_end_array(w);
        }
        writer_end_array(w);
}

static void write_frames(struct writer *w, const struct report *report, const struct frame_index *index)
{
        const unsigned foreign = MARK_ALLOCATOR | MARK_WRAPPER | MARK_INTERPRETER | MARK_RUNTIME;
        size_t n_sourced = 0;
        writer_array(w, "frames");
        for (size_t i = 0; i < index->n; i++) {
                const struct named_frame *named = index->frames[i];
                const struct frame *frame = &named->frame;
                writer_newline(w);
                writer_object(w, NULL);
                writer_text(w, "name", report_function(report, named));
                writer_text(w, "module", frame->module);
                if (frame->file) {
                        writer_text(w, "file", report_path(report, frame->file));
                        writer_integer(w, "line", frame->line);
                }
                if (frame->inlined)
                        writer_bool(w, "inlined", true);
                if (named->marks & MARK_INTERPRETER)
                        writer_bool(w, "interpreter", true);
                if (named->marks & foreign)
                        writer_bool(w, "foreign", true);
                else if (frame->file && frame->line > 0 && n_sourced++ < CONTEXT_FRAMES_MOST)
                        write_context(w, report, frame);
                writer_end_object(w);
                store_empty(report->store);
        }
        writer_end_array(w);
}

static void write_numbers(struct writer *w, const struct report *report, const struct frame_index *index, const char *key,
                          const struct stack *stack)
{
        size_t depth = report_depth(report, stack);
        writer_array(w, key);
        for (size_t i = 0; i < depth; i++)
                writer_number(w, NULL, frame_index_of(index, stack->frames[i]));
        writer_end_array(w);
}

/* -1 where there is none, or where --depth cut it off. */
static int64_t place_number(const struct frame_index *index, const struct finding *finding)
{
        const struct named_frame *place = report_subject(report_blame(finding));
        return place ? (int64_t)frame_index_of(index, place) : -1;
}

static void write_finding(struct writer *w, const struct report *report, const struct frame_index *index,
                          const struct finding *finding)
{
        bool is_python = false;
        for (size_t i = 0; i < finding->stack.n_frames; i++)
                is_python |= report_folds(report, &finding->stack, finding->stack.frames[i]);
        for (size_t i = 0; i < finding->release.n_frames; i++)
                is_python |= report_folds(report, &finding->release, finding->release.frames[i]);
        writer_newline(w);
        writer_object(w, NULL);
        writer_text(w, "id", finding->id);
        writer_text(w, "rule", rule_code(finding->rule));
        writer_text(w, "kind", metric_kind(report, finding->rule));
        writer_bool(w, "leak", rule_is_leak(finding->rule));
        if (rule_is_leak(finding->rule))
                writer_text(w, "class", class_name(finding->class));
        writer_text(w, "family", family_name(finding->family));
        writer_text(w, "allocator", entry_name(finding->stack.entry));
        writer_text(w, "title", style_clean(report->store, report_title(report, finding)));
        writer_text(w, "note", report_advice(report, finding));
        writer_text(w, "owner", finding->owner);
        if (!rule_is_leak(finding->rule))
                writer_text(w, "verb", report_release_verb(finding, finding->rule == RULE_UF102 ? "released again" : "released"));
        writer_number(w, "bytes", finding->bytes);
        writer_number(w, "blocks", finding->blocks);
        if (finding->weak)
                writer_bool(w, "weak", true);
        if (is_python)
                writer_bool(w, "python", true);
        if (finding->gating)
                writer_bool(w, "gating", true);
        if (finding->suppressed_by)
                writer_text(w, "suppressed", finding->suppressed_by);
        if (finding->baseline)
                writer_text(w, "baseline", finding->baseline);
        writer_array(w, "pids");
        for (size_t i = 0; i < finding->n_processes && i < 21; i++)
                writer_integer(w, NULL, finding->processes[i]->pid);
        writer_end_array(w);
        writer_integer(w, "place", place_number(index, finding));
        write_numbers(w, report, index, "stack", &finding->stack);
        write_numbers(w, report, index, "release", &finding->release);
        write_numbers(w, report, index, "first", &finding->first_release);
        writer_end_object(w);
        store_empty(report->store);
}

/* The kinds that there are, with which of them are shown at first: what is no error only where there is nothing else. */
static void write_kinds(struct writer *w, const struct report *report)
{
        size_t counts[RULE_END + 1] = {0}, n = 0;
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding))
                        continue;
                counts[finding->suppressed_by ? RULE_END : finding->rule]++;
                n++;
        }
        writer_array(w, "kinds");
        for (int i = 0; i <= RULE_END; i++) {
                if (!counts[i])
                        continue;
                writer_object(w, NULL);
                writer_text(w, "kind", i == RULE_END ? "suppressed" : metric_kind(report, (enum rule)i));
                writer_number(w, "n", counts[i]);
                writer_bool(w, "shown",
                            counts[i] == n ||
                                    (i != RULE_END && (i != RULE_UF003 || report->options->metric != METRIC_LEAKED)));
                writer_end_object(w);
        }
        writer_end_array(w);
}

static void write_summary(struct writer *w, const struct report *report)
{
        const struct findings *f = report->findings;
        uint64_t dropped = 0;
        for (size_t i = 0; i < report->capture->n_processes; i++)
                for (int k = 0; k < WIRE_DROP_END; k++)
                        dropped += report_drop_is_minor((enum wire_drop)k) ? 0 : report->capture->processes[i].dropped[k];
        writer_object(w, "summary");
        if (report->options->metric != METRIC_LEAKED)
                writer_text(w, "metric", metric_sum(report));
        writer_number(w, "leaked_bytes", f->leaked_bytes);
        writer_number(w, "leaked_blocks", f->leaked_blocks);
        writer_number(w, "possible_bytes", f->possible_bytes);
        writer_number(w, "possible_blocks", f->possible_blocks);
        writer_number(w, "reachable_bytes", f->reachable_bytes);
        writer_number(w, "unclassified_bytes", f->unclassified_bytes);
        writer_number(w, "unclassified_blocks", f->unclassified_blocks);
        writer_number(w, "wrong_releases", f->n_wrong);
        writer_number(w, "suppressed", f->n_suppressed);
        writer_number(w, "dropped", dropped);
        writer_end_object(w);
}

static void write_data(const struct report *report, FILE *out)
{
        struct writer w = { .out = out, .is_inside_html = true };
        struct frame_index *index = frame_index_new(report);
        writer_object(&w, NULL);
        write_summary(&w, report);
        write_kinds(&w, report);
        write_frames(&w, report, index);
        writer_array(&w, "findings");
        for (size_t i = 0; i < report->findings->n; i++)
                if (report_shows(report, &report->findings->all[i]))
                        write_finding(&w, report, index, &report->findings->all[i]);
        writer_end_array(&w);
        writer_end_object(&w);
        frame_index_free(index);
}

/* How many processes, and when; hosts may have different times of day, so UTC. */
static void write_circumstances(const struct report *report, FILE *out)
{
        fprintf(out, " &middot; %s", quantity_of(report->store, report_n_processes(report), "process", "processes"));
        time_t seconds = report->root ? (time_t)(report->root->start_ns / 1000000000) : 0;
        struct tm when;
        char text[64];
        if (seconds && gmtime_r(&seconds, &when) && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &when))
                fprintf(out, " &middot; %s", text);
}

void write_html(const struct report *report, FILE *out)
{
        char script[SHA256_BASE64_BYTES], style[SHA256_BASE64_BYTES];
        const char *command = style_clean(report->store, report->command);
        sha256_base64(html_script, script);
        sha256_base64(html_style, style);
        fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
        fprintf(out,
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-%s'; "
                "style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
                script, style);
        fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n"
              "<title>unfreed: ", out);
        xml_text(out, command);
        fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1>", html_style);
        xml_text(out, command);
        fputs("</h1>\n<div class=\"dim\">", out);
        xml_text(out, report_end(report));
        write_circumstances(report, out);
        fputs(" &middot; unfreed " UNFREED_VERSION "</div>\n<div id=\"facts\"></div>\n</header>\n<main>\n<div id=\"tools\">\n"
              "<input id=\"search\" type=\"search\" placeholder=\"function, file, module, id\" aria-label=\"search\">\n"
              "<span id=\"kinds\"></span>\n<button id=\"metric\">by bytes</button>\n"
              "<button id=\"unfold\" aria-pressed=\"false\">interpreter frames</button>\n"
              "<button id=\"theme\">light / dark</button>\n<span id=\"count\" class=\"dim\"></span>\n</div>\n"
              "<div id=\"graph\"><div id=\"rows\"></div></div>\n<div id=\"where\" class=\"dim\"></div>\n"
              "<div id=\"findings\"></div>\n<button id=\"more\" hidden>show more</button>\n</main>\n"
              "<script type=\"application/json\" id=\"data\">", out);
        write_data(report, out);
        fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", html_script);
}
