/* From an arena to a process of the model: see arena.h
 *
 * Every number in an arena is foreign. Sizes are held against the file, indexes against the lists they point into,
 * and what does not fit is left out or becomes "none"; only a header that makes no sense refuses the whole. An arena
 * that is being written while we read is no special case: at worst a record that is half there is left out.
 */
#include "cli/capture/arena.h"

#include "cli/capture/label.h"
#include "cli/capture/site.h"
#include "cli/capture/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer lists than any program needs, so that a lying header cannot make us work for minutes. */
enum {
        ARENA_MODULES_MAX = WIRE_TAG_MODULE_MAX + 1,
        ARENA_CODES_MAX = 1 << 24,
        ARENA_ROWS_MAX = 1 << 22, /* threads, wrongs, holders */
        ARENA_ARGUMENTS_MAX = 1 << 20,
};
static const uint64_t ARENA_TEXT_MAX = UINT32_MAX, ARENA_NODES_MAX = UINT64_C(1) << WIRE_SLOT_STACK_BITS;

static const size_t element_bytes[WIRE_EXTENT_END] = {
#define X(id, size) size,
        WIRE_EXTENTS(X)
#undef X
};

struct reader {
        struct source source;
        struct wire_header header;
        struct process *process;
        struct site_table sites;
        bool judged; /* verdicts can be believed */
};

static const char *header_read(struct reader *r)
{
        struct wire_header *h = &r->header;
        if (!source_read(&r->source, 0, h->magic, sizeof h->magic) ||
            memcmp(h->magic, WIRE_MAGIC, sizeof h->magic) != 0)
                return "it is not an arena of unfreed";
        if (!source_read(&r->source, 0, h, sizeof *h))
                return "it ends inside its header";
        if (h->version > WIRE_VERSION)
                return "it was made by a newer unfreed";
        if (h->version != WIRE_VERSION || h->header_bytes != sizeof *h)
                return "it was made by another version of unfreed";
        if (h->arena_bytes > r->source.bytes)
                return "it is shorter than its header says";
        for (int i = 0; i < WIRE_EXTENT_END; i++) {
                struct wire_range *range = &h->extents[i];
                if (range->off > r->source.bytes || range->capacity > (r->source.bytes - range->off) / element_bytes[i])
                        return "a table of it lies outside it";
                if (range->used > range->capacity)
                        range->used = range->capacity; /* it overflowed */
        }
        return NULL;
}

static void *list_take(struct reader *r, enum wire_extent extent, uint64_t max, size_t *ret_n)
{
        const struct wire_range *range = &r->header.extents[extent];
        uint64_t used = range->used < max ? range->used : max;
        return source_take(&r->source, range->off, used, element_bytes[extent], ret_n);
}

static const char *text_at(const struct process *p, uint32_t off) { return off < p->text_bytes ? p->text + off : ""; }

static bool modules_read(struct reader *r)
{
        struct process *p = r->process;
        size_t n;
        struct wire_module *wire = list_take(r, WIRE_EXTENT_MODULES, ARENA_MODULES_MAX, &n);
        p->modules = calloc(n + 1, sizeof *p->modules);
        if (!wire || !p->modules) {
                free(wire);
                return false;
        }
        p->n_modules = n;
        p->modules[0].path = p->modules[0].name = ""; /* there, even when the list is empty */
        for (size_t i = 0; i < n; i++) {
                struct module *m = &p->modules[i];
                m->path = text_at(p, wire[i].path);
                const char *slash = strrchr(m->path, '/');
                m->name = slash ? slash + 1 : m->path;
                m->start = wire[i].start;
                m->end = wire[i].end;
                m->bias = wire[i].bias;
                m->build_id_bytes = wire[i].build_id_bytes <= WIRE_BUILD_ID_BYTES ? wire[i].build_id_bytes : 0;
                memcpy(m->build_id, wire[i].build_id, sizeof m->build_id);
        }
        free(wire);
        return true;
}

static bool codes_read(struct reader *r)
{
        struct process *p = r->process;
        size_t n;
        struct wire_code *wire = list_take(r, WIRE_EXTENT_CODES, ARENA_CODES_MAX, &n);
        p->codes = calloc(n + 1, sizeof *p->codes);
        if (!wire || !p->codes) {
                free(wire);
                return false;
        }
        p->n_codes = n;
        for (size_t i = 0; i < n; i++) {
                struct code *code = &p->codes[i];
                code->filename = text_at(p, wire[i].filename);
                code->qualname = text_at(p, wire[i].qualname);
                code->first_line = wire[i].first_line;
                code->kind = wire[i].kind;
                bool fits = wire[i].line_table < p->text_bytes &&
                            wire[i].line_table_bytes <= p->text_bytes - wire[i].line_table;
                code->line_table = (const uint8_t *)p->text + (fits ? wire[i].line_table : 0);
                code->line_table_bytes = fits ? wire[i].line_table_bytes : 0;
        }
        free(wire);
        return true;
}

/* Parents are older than their children. What breaks this becomes a root with no frame that can be named. */
static bool nodes_read(struct reader *r)
{
        struct process *p = r->process;
        p->nodes = list_take(r, WIRE_EXTENT_NODES, ARENA_NODES_MAX, &p->n_nodes);
        if (!p->nodes)
                return false;
        for (size_t i = 0; i < p->n_nodes; i++)
                if (p->nodes[i].parent >= i)
                        p->nodes[i] = (struct wire_node){.word = wire_word(WIRE_TAG_END, 0)};
        return true;
}

static uint32_t stack_checked(const struct process *p, uint32_t stack) { return stack < p->n_nodes ? stack : 0; }

static bool wrongs_read(struct reader *r)
{
        struct process *p = r->process;
        size_t n;
        struct wire_wrong *all = list_take(r, WIRE_EXTENT_WRONGS, ARENA_ROWS_MAX, &n);
        if (!all)
                return false;
        p->wrongs = all;
        for (size_t i = 0; i < n; i++) {
                struct wire_wrong w = all[i];
                if (w.kind == WIRE_WRONG_NONE || w.kind >= WIRE_WRONG_END)
                        continue;
                w.birth_stack = stack_checked(p, w.birth_stack);
                w.release_stack = stack_checked(p, w.release_stack);
                w.first_release_stack = stack_checked(p, w.first_release_stack);
                w.place = w.place < WIRE_PLACE_END ? w.place : WIRE_PLACE_UNKNOWN;
                w.family = w.family < WIRE_FAMILY_END ? w.family : WIRE_FAMILY_NONE;
                w.module = w.module < p->n_modules ? w.module : 0;
                w.count = w.count ? w.count : 1;
                all[p->n_wrongs++] = w;
        }
        return true;
}

static bool holders_read(struct reader *r)
{
        struct process *p = r->process;
        size_t n;
        struct wire_holder *all = list_take(r, WIRE_EXTENT_HOLDERS, ARENA_ROWS_MAX, &n);
        if (!all)
                return false;
        p->holders = all;
        for (size_t i = 0; i < n; i++) {
                struct wire_holder h = all[i];
                if (h.kind == WIRE_HOLDER_NONE || h.kind > WIRE_HOLDER_TYPE || h.verdict >= WIRE_VERDICT_END ||
                    h.stack >= p->n_nodes)
                        continue;
                h.module = h.module < p->n_modules ? h.module : 0;
                if (h.kind != WIRE_HOLDER_TYPE)
                        h.other = stack_checked(p, h.other);
                else if (h.other >= p->text_bytes)
                        continue;
                all[p->n_holders++] = h;
        }
        return true;
}

/* The highest number of live bytes is known exactly where one thread allocates; with several, each thread's own high
 * water since its last flush is set against the others' present. */
static bool totals_read(struct reader *r)
{
        struct process *p = r->process;
        const struct wire_header *h = &r->header;
        size_t n;
        struct wire_thread *threads = list_take(r, WIRE_EXTENT_THREADS, ARENA_ROWS_MAX, &n);
        if (!threads)
                return false;
        p->allocations = h->retired.births;
        p->releases = h->retired.releases;
        uint64_t live = (uint64_t)h->flushed_bytes;
        int64_t above = 0;
        for (size_t i = 0; i < n; i++) {
                const struct wire_count *count = &threads[i].count;
                p->allocations += count->births;
                p->releases += count->releases;
                live += (uint64_t)count->live_bytes;
                if (count->high_bytes > count->live_bytes &&
                    (uint64_t)count->high_bytes - (uint64_t)count->live_bytes > (uint64_t)above)
                        above = (int64_t)((uint64_t)count->high_bytes - (uint64_t)count->live_bytes);
        }
        free(threads);
        int64_t peak = (int64_t)(live + (uint64_t)above);
        p->peak_bytes = (uint64_t)(peak > h->peak_bytes ? peak : h->peak_bytes);
        if ((int64_t)p->peak_bytes < 0)
                p->peak_bytes = 0;
        return true;
}

static bool block_count(struct reader *r, uint32_t stack, unsigned family, unsigned verdict, uint64_t bytes)
{
        if (family >= WIRE_FAMILY_END)
                return true;
        bool own = verdict == WIRE_VERDICT_IGNORED || verdict == WIRE_VERDICT_RUNTIME; /* may be known before the end */
        if (verdict >= WIRE_VERDICT_END || (!r->judged && !own))
                verdict = WIRE_VERDICT_UNCLASSIFIED; /* also those left by a judgement that died in its middle */
        double stands_for = 0;
        if (r->header.sample_bytes) /* it was taken with probability 1 - exp(-bytes / mean): see shim/record/sample.h */
                stands_for = -1 / expm1(-(double)(bytes ? bytes : 1) / (double)r->header.sample_bytes);
        return site_count(&r->sites, stack_checked(r->process, stack), family, verdict, bytes, stands_for);
}

enum { SLOTS_PER_PAGE = WIRE_PAGE_BYTES / sizeof(wire_slot), RUN_PAGES = 4 }; /* small: stacks may be */

/* `n_pages` pages of slots at `off`. */
static bool slots_count(struct reader *r, uint64_t off, size_t n_pages)
{
        wire_slot slots[RUN_PAGES * SLOTS_PER_PAGE];
        while (n_pages > 0) {
                size_t pages = n_pages < RUN_PAGES ? n_pages : RUN_PAGES;
                if (!source_read(&r->source, off, slots, pages * WIRE_PAGE_BYTES))
                        return true; /* it shrank */
                for (size_t i = 0; i < pages * SLOTS_PER_PAGE; i++) {
                        wire_slot s = slots[i];
                        if (wire_slot_live(s) && !block_count(r, wire_slot_stack(s), wire_slot_family(s),
                                                              wire_slot_verdict(s), wire_slot_size(s)))
                                return false;
                }
                off += pages * WIRE_PAGE_BYTES;
                n_pages -= pages;
        }
        return true;
}

static bool leaf_count(struct reader *r, uint64_t slots_off, const struct wire_leaf *leaf)
{
        for (size_t from = 0, to; from < WIRE_LEAF_PAGES; from = to) {
                for (to = from; to < WIRE_LEAF_PAGES && leaf->touched[to]; to++)
                        ;
                if (to > from && !slots_count(r, slots_off + from * WIRE_PAGE_BYTES, to - from))
                        return false;
                if (to == from)
                        to++;
        }
        return true;
}

static bool small_count(struct reader *r)
{
        size_t n;
        struct wire_leaf *leaves = list_take(r, WIRE_EXTENT_LEAVES, UINT32_MAX, &n);
        if (!leaves)
                return false;
        const struct wire_range *slots = &r->header.extents[WIRE_EXTENT_SLOTS];
        bool counted = true;
        for (size_t k = 0; k < n && k < slots->capacity && counted; k++)
                counted = leaf_count(r, slots->off + k * element_bytes[WIRE_EXTENT_SLOTS], &leaves[k]);
        free(leaves);
        return counted;
}

static bool large_count(struct reader *r)
{
        enum { ROWS = 512 };
        struct wire_large rows[ROWS];
        const struct wire_range *range = &r->header.extents[WIRE_EXTENT_LARGE];
        uint64_t off = range->off, end = range->off + range->capacity * sizeof *rows, to;
        while (source_next_data(&r->source, &off, end, &to)) {
                off = range->off + (off - range->off) / sizeof *rows * sizeof *rows;
                while (off < to) {
                        size_t n = (end - off) / sizeof *rows < ROWS ? (size_t)((end - off) / sizeof *rows) : ROWS;
                        if (n == 0 || !source_read(&r->source, off, rows, n * sizeof *rows))
                                return true;
                        for (size_t i = 0; i < n; i++)
                                if (rows[i].address > 2 && rows[i].family != WIRE_FAMILY_NONE && !rows[i].released &&
                                    !block_count(r, rows[i].stack, rows[i].family, rows[i].verdict, rows[i].size))
                                        return false;
                        off += n * sizeof *rows;
                }
        }
        return true;
}

static bool sites_read(struct reader *r)
{
        struct process *p = r->process;
        if (!small_count(r) || !large_count(r))
                return false;
        for (size_t i = 0; i < p->n_holders; i++) {
                const struct wire_holder *h = &p->holders[i];
                if (h->kind != WIRE_HOLDER_LEADS || r->header.sample_bytes) /* a count of those that were looked at */
                        continue;
                for (unsigned family = 1; family < WIRE_FAMILY_END; family++) {
                        struct site *site = site_find(&r->sites, h->stack, family, h->verdict);
                        if (!site)
                                continue;
                        site->indirect_blocks += h->blocks;
                        site->indirect_bytes += h->bytes;
                        break;
                }
        }
        p->sites = site_table_give(&r->sites, &p->n_sites);
        return true;
}

static bool argv_read(struct process *p, const struct wire_header *h)
{
        uint32_t max = h->argc < ARENA_ARGUMENTS_MAX ? h->argc : ARENA_ARGUMENTS_MAX;
        if (max > p->text_bytes)
                max = (uint32_t)p->text_bytes;
        p->argv = calloc((size_t)max + 1, sizeof *p->argv);
        if (!p->argv)
                return false;
        size_t off = h->argv;
        for (uint32_t i = 0; i < max && off != 0 && off < p->text_bytes; i++) {
                p->argv[p->argc++] = p->text + off;
                off += strlen(p->text + off) + 1;
        }
        return true;
}

/* NULL where there are none, or where they make no sense. */
static char *labels_own(const struct process *p, uint32_t off)
{
        size_t end = off;
        while (off && end < p->text_bytes && p->text[end])
                end += strlen(p->text + end) + 1;
        return end == off || end >= p->text_bytes ? NULL : labels_checked(p->text + off, end + 1 - off);
}

static bool facts_read(struct reader *r)
{
        struct process *p = r->process;
        const struct wire_header *h = &r->header;
        p->pid = h->pid;
        p->ppid = h->ppid;
        p->start_ns = h->start_ns;
        p->exe = text_at(p, h->exe);
        p->cwd = text_at(p, h->cwd);
        p->allocator = text_at(p, h->allocator);
        p->is_fork_child = h->is_fork_child != 0;
        p->end.how = h->end == WIRE_END_EXIT ? END_EXIT : h->end == WIRE_END_EXEC ? END_EXEC : END_RUNNING;
        p->end.code = h->end == WIRE_END_EXIT ? h->end_code & 0xff : 0;
        p->judged = h->judged <= WIRE_JUDGED_EARLY ? (enum wire_judged)h->judged : WIRE_JUDGED_NOT;
        p->unjudged = h->unjudged < WIRE_UNJUDGED_END ? (enum wire_unjudged)h->unjudged : WIRE_UNJUDGED_NONE;
        p->python = h->python;
        p->python_version = text_at(p, h->python.version);
        p->python_why_off = text_at(p, h->python.why_off);
        memcpy(p->dropped, h->dropped, sizeof p->dropped);
        p->self_bytes = r->source.resident_bytes + h->private_bytes;
        p->sample_bytes = h->sample_bytes;
        p->self_ns_per_allocation = h->self_ns_per_allocation;
        p->judge_ns = h->judge_ns;
        p->depth_max = h->depth_max;
        p->frozen_missing = h->frozen_missing;
        p->requests_failed = h->requests_failed;
        p->labels = labels_own(p, h->labels);
        return argv_read(p, h);
}

const char *arena_read(int fd, struct process *ret_process)
{
        struct reader r = {.process = ret_process};
        *ret_process = (struct process){0};
        if (!source_init(&r.source, fd))
                return "it is not a file in memory";
        const char *why = header_read(&r);
        if (why)
                return why;
        r.judged = r.header.judged == WIRE_JUDGED_WHOLE || r.header.judged == WIRE_JUDGED_BUDGET ||
                   r.header.judged == WIRE_JUDGED_EARLY;
        ret_process->text = list_take(&r, WIRE_EXTENT_TEXT, ARENA_TEXT_MAX, &ret_process->text_bytes);
        if (ret_process->text && modules_read(&r) && codes_read(&r) && nodes_read(&r) && wrongs_read(&r) &&
            holders_read(&r) && totals_read(&r) && sites_read(&r) && facts_read(&r))
                return NULL;
        site_table_deinit(&r.sites);
        process_deinit(ret_process);
        return "there is not enough memory to read it";
}

bool arena_peek(int fd, struct arena_brief *ret_brief)
{
        struct reader r = {0};
        if (!source_init(&r.source, fd) || header_read(&r))
                return false;
        const struct wire_header *h = &r.header;
        *ret_brief = (struct arena_brief){
                .pid = h->pid,
                .ppid = h->ppid,
                .pid_start = h->pid_start,
                .start_ns = h->start_ns,
                .is_fork_child = h->is_fork_child != 0,
                .how = h->end == WIRE_END_EXIT   ? END_EXIT
                       : h->end == WIRE_END_EXEC ? END_EXEC
                                                 : END_RUNNING,
                .code = h->end == WIRE_END_EXIT ? h->end_code & 0xff : 0,
                .live_bytes = h->flushed_bytes > 0 ? (uint64_t)h->flushed_bytes : 0,
        };
        return true;
}

bool arena_find(int fd, enum wire_extent extent, struct wire_range *ret_range)
{
        struct reader r = {0};
        if (!source_init(&r.source, fd) || header_read(&r))
                return false;
        *ret_range = r.header.extents[extent];
        return true;
}

void process_deinit(struct process *p)
{
        free(p->labels);
        free(p->text);
        free(p->argv);
        free(p->modules);
        free(p->codes);
        free(p->nodes);
        free(p->sites);
        free(p->wrongs);
        free(p->holders);
        *p = (struct process){0};
}
