/* pprof: a gzipped profile.proto (github.com/google/pprof, proto/profile.proto)
 *
 * The values are inuse_objects and inuse_space: of blocks that were released nothing is known site by site, and an
 * alloc_space that leaves them out would be read as the whole. Of a log it is what --metric asks for, and the total is
 * alloc_objects and alloc_space. A location's address is its offset in the module, and
 * every module is one mapping with its build-id. Calls that were inlined are lines of one location. Labels tell kind,
 * class, family, id, and the process: pid, host, rank, worker, where the blocks are all of one.
 */
#include "cli/capture/label.h"
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/metric.h"
#include "cli/report/protobuf.h"
#include "cli/report/style.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum profile_field {
        PROFILE_SAMPLE_TYPE = 1,
        PROFILE_SAMPLE = 2,
        PROFILE_MAPPING = 3,
        PROFILE_LOCATION = 4,
        PROFILE_FUNCTION = 5,
        PROFILE_STRING = 6,
        PROFILE_TIME_NS = 9,
        PROFILE_PERIOD_TYPE = 11,
        PROFILE_PERIOD = 12,
        PROFILE_COMMENT = 13,
        PROFILE_DEFAULT_TYPE = 14,
};

struct profile {
        const struct report *report;
        struct protobuf out;     /* samples, mappings, locations, functions, in the order in which they are met */
        struct protobuf strings; /* the string table */
        uint64_t n_strings, n_mappings, n_locations, n_functions;
        struct map *string_numbers, *mapping_numbers, *location_numbers, *function_numbers;
        struct protobuf message, inner, values; /* for one message at a time */
};

/* The number of something by key: a new one when *ret_is_new. */
static uint64_t number_of(struct map *numbers, uint64_t *count, const void *key, size_t key_bytes, bool *ret_is_new)
{
        uintptr_t *number = (uintptr_t *)map_at(numbers, key, key_bytes);
        *ret_is_new = !*number;
        if (*ret_is_new)
                *number = ++*count;
        return *number;
}

static uint64_t string(struct profile *p, const char *text)
{
        bool is_new;
        if (!text || !*text)
                return 0; /* the first of the table is "" */
        text = style_clean(p->report->store, text);
        uint64_t n = number_of(p->string_numbers, &p->n_strings, text, strlen(text), &is_new);
        if (is_new)
                protobuf_bytes(&p->strings, PROFILE_STRING, text, strlen(text));
        return n;
}

static uint64_t mapping(struct profile *p, const struct frame *frame)
{
        bool is_new;
        if (!frame->module_path)
                return 0;
        uint64_t id = number_of(p->mapping_numbers, &p->n_mappings, frame->module_path, strlen(frame->module_path), &is_new);
        if (!is_new)
                return id;
        protobuf_number(&p->message, 1, id);
        protobuf_number(&p->message, 3, UINT64_C(1) << 48); /* as large as any: addresses are offsets */
        protobuf_number(&p->message, 5, string(p, frame->module_path));
        protobuf_number(&p->message, 6, string(p, frame->build_id));
        for (unsigned has = 7; has <= 10; has++) /* functions, files, lines, inlined calls: do not look for them again */
                protobuf_number(&p->message, has, 1);
        protobuf_message(&p->out, PROFILE_MAPPING, &p->message);
        return id;
}

static uint64_t function(struct profile *p, const struct named_frame *named)
{
        bool is_new;
        const char *name = report_function(p->report, named);
        const char *file = named->frame.file ? report_path(p->report, named->frame.file) : "";
        const char *key = store_format(p->report->store, "%s\n%s\n%s", named->key, name, file);
        uint64_t id = number_of(p->function_numbers, &p->n_functions, key, strlen(key), &is_new);
        if (!is_new)
                return id;
        protobuf_number(&p->message, 1, id);
        protobuf_number(&p->message, 2, string(p, name));
        protobuf_number(&p->message, 3, string(p, named->frame.raw ? named->frame.raw : name));
        protobuf_number(&p->message, 4, string(p, file));
        protobuf_message(&p->out, PROFILE_FUNCTION, &p->message);
        return id;
}

/* One location for `n` frames, of which all but the last were inlined into the next. */
static uint64_t location(struct profile *p, const struct named_frame *const *frames, size_t n)
{
        bool is_new;
        uint64_t id = number_of(p->location_numbers, &p->n_locations, frames, n * sizeof *frames, &is_new);
        if (!is_new)
                return id;
        struct protobuf lines = { 0 };
        for (size_t i = 0; i < n; i++) {
                uint64_t of = function(p, frames[i]);
                protobuf_number(&p->inner, 1, of);
                protobuf_number(&p->inner, 2, frames[i]->frame.line > 0 ? (uint64_t)frames[i]->frame.line : 0);
                protobuf_message(&lines, 4, &p->inner);
        }
        uint64_t of = mapping(p, &frames[n - 1]->frame);
        protobuf_number(&p->message, 1, id);
        protobuf_number(&p->message, 2, of);
        bool is_python = frames[n - 1]->frame.language == LANGUAGE_PYTHON;
        protobuf_number(&p->message, 3, is_python ? 0 : frames[n - 1]->frame.offset);
        protobuf_append(&p->message, &lines);
        protobuf_message(&p->out, PROFILE_LOCATION, &p->message);
        protobuf_free(&lines);
        return id;
}

static void label(struct profile *p, struct protobuf *sample, const char *key, const char *value)
{
        protobuf_number(&p->inner, 1, string(p, key));
        protobuf_number(&p->inner, 2, string(p, value));
        protobuf_message(sample, 3, &p->inner);
}

static void label_process(struct profile *p, struct protobuf *sample, const struct finding *finding)
{
        const struct process *process = finding->n_processes == 1 ? finding->processes[0] : NULL;
        const char *at = process ? process->labels : NULL, *text;
        size_t key_bytes;
        if (process)
                label(p, sample, "pid", store_format(p->report->store, "%d", process->pid));
        while (labels_next(&at, &text, &key_bytes))
                label(p, sample, store_format(p->report->store, "%.*s", (int)key_bytes, text), text + key_bytes + 1);
}

static void sample(struct profile *p, const struct finding *finding)
{
        const struct stack *stack = &finding->stack;
        struct protobuf sample = { 0 };
        size_t depth = report_depth(p->report, stack);
        for (size_t i = 0, n; i < depth; i += n) {
                for (n = 1; stack->frames[i + n - 1]->frame.inlined && i + n < depth; n++)
                        continue;
                if (!report_folds(p->report, stack, stack->frames[i]))
                        protobuf_packed(&p->values, location(p, &stack->frames[i], n));
        }
        protobuf_message(&sample, 1, &p->values);
        protobuf_packed(&p->values, finding->blocks); /* see value_types() */
        protobuf_packed(&p->values, finding->bytes);
        if (p->report->options->metric == METRIC_LIFETIME)
                protobuf_packed(&p->values, finding->lived_us);
        protobuf_message(&sample, 2, &p->values);
        label(p, &sample, "kind", metric_kind(p->report, finding->rule));
        label(p, &sample, "class", class_name(finding->class));
        label(p, &sample, "family", family_name(finding->family));
        label(p, &sample, "id", finding->id);
        if (finding->suppressed_by)
                label(p, &sample, "suppressed_by", finding->suppressed_by);
        label_process(p, &sample, finding);
        protobuf_message(&p->out, PROFILE_SAMPLE, &sample);
        protobuf_free(&sample);
}

static void value_type(struct profile *p, unsigned field, const char *type, const char *unit)
{
        protobuf_number(&p->inner, 1, string(p, type));
        protobuf_number(&p->inner, 2, string(p, unit));
        protobuf_message(&p->out, field, &p->inner);
}

/* The names of pprof's own heap profiles, where we know the same. */
static const char *metric_prefix(const struct report *report)
{
        switch (report->options->metric) {
        case METRIC_LEAKED:
                return "inuse";
        case METRIC_TOTAL:
                return "alloc";
        default:
                return metric_name(report);
        }
}

/* Of each sample, in their order; and which of them is shown at first. */
static void value_types(struct profile *p)
{
        struct store *store = p->report->store;
        const char *prefix = metric_prefix(p->report);
        const char *objects = store_format(store, "%s_objects", prefix), *space = store_format(store, "%s_space", prefix);
        const char *standard = p->report->options->metric == METRIC_COUNT ? objects : space;
        value_type(p, PROFILE_SAMPLE_TYPE, objects, "count");
        value_type(p, PROFILE_SAMPLE_TYPE, space, "bytes");
        if (p->report->options->metric == METRIC_LIFETIME)
                value_type(p, PROFILE_SAMPLE_TYPE, standard = "lived", "microseconds");
        protobuf_number(&p->out, PROFILE_DEFAULT_TYPE, string(p, standard));
}

static void compress_to(FILE *out, const struct protobuf *const *parts, size_t n_parts)
{
        enum { GZIP = 16, CHUNK_BYTES = 64 << 10 };
        unsigned char chunk[CHUNK_BYTES];
        z_stream z = { 0 };
        if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                abort(); /* out of memory */
        for (size_t i = 0; i < n_parts; i++) {
                z.next_in = parts[i]->bytes;
                z.avail_in = (uInt)parts[i]->n;
                do {
                        z.next_out = chunk;
                        z.avail_out = sizeof chunk;
                        deflate(&z, i + 1 == n_parts ? Z_FINISH : Z_NO_FLUSH);
                        fwrite(chunk, 1, sizeof chunk - z.avail_out, out);
                } while (!z.avail_out);
        }
        deflateEnd(&z);
}

void write_pprof(const struct report *report, FILE *out)
{
        struct profile p = { .report = report,
                             .string_numbers = map_new(),
                             .mapping_numbers = map_new(),
                             .location_numbers = map_new(),
                             .function_numbers = map_new() };
        protobuf_bytes(&p.strings, PROFILE_STRING, "", 0);
        value_types(&p);
        value_type(&p, PROFILE_PERIOD_TYPE, "space", "bytes");
        protobuf_number(&p.out, PROFILE_PERIOD, 1); /* every block, not a sample of them */
        protobuf_number(&p.out, PROFILE_TIME_NS, report->root ? report->root->start_ns : 0);
        protobuf_number(&p.out, PROFILE_COMMENT, string(&p, store_format(report->store, "unfreed %s", report->command)));
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (report_shows(report, finding) && rule_is_leak(finding->rule))
                        sample(&p, finding);
                store_empty(report->store);
        }
        const struct protobuf *parts[] = { &p.out, &p.strings };
        compress_to(out, parts, 2);
        protobuf_free(&p.out);
        protobuf_free(&p.strings);
        protobuf_free(&p.message);
        protobuf_free(&p.inner);
        protobuf_free(&p.values);
        map_free(p.string_numbers);
        map_free(p.mapping_numbers);
        map_free(p.location_numbers);
        map_free(p.function_numbers);
}
