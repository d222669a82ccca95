/* From processes to findings
 *
 * Every site and every wrong release of every process gets its names and its id; what has the same id, rule, class and place
 * in the source is one finding, wherever in the process tree it came from. One id may have several findings: leaks on
 * two lines of a function, one birth that is released wrongly in two places.
 */
#include "cli/policy/make.h"

#include "bare/bits.h"

#include "cli/policy/baseline.h"
#include "cli/policy/holder.h"
#include "cli/policy/id.h"
#include "cli/policy/judge.h"
#include "cli/policy/map.h"
#include "cli/policy/naming.h"
#include "cli/policy/notes.h"
#include "cli/policy/policy.h"
#include "cli/policy/store.h"
#include "cli/policy/suppress.h"
#include "cli/policy/types.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct making {
        struct policy *policy;
        const struct capture *capture;
        struct findings *findings;
        struct store *store;
        struct symbols *symbols;
        struct naming *naming;
        struct map *merged;  /* merge_key -> struct finding * */
        struct holders *holders; /* of the process at hand */
        struct types *types;     /* the same */
        struct notes *notes;     /* the same */
        bool only_counted;       /* nothing is lost, and of what is held only the number is shown */
        struct finding **all;
        size_t n, max;
};

struct merge_key {
        char id[16];
        uint64_t rule, class, place;
        uint64_t address; /* of an invalid release: enum wire_place, since that is what the title says */
};

static void add_process(struct making *making, struct finding *finding, const struct process *process)
{
        size_t n = finding->n_processes;
        if (n && finding->processes[n - 1]->pid == process->pid)
                return;
        if (!(n & (n - 1))) { /* full: its room is the next power of two */
                const struct process **processes = store_take(making->store, (n ? 2 * n : 1) * sizeof *processes);
                if (n)
                        memcpy(processes, finding->processes, n * sizeof *processes);
                finding->processes = processes;
        }
        finding->processes[finding->n_processes++] = process;
}

/* Which class speaks for a finding whose blocks have several. */
static int class_rank(enum wire_verdict class)
{
        static const unsigned char ranks[WIRE_VERDICT_END] = {
                [WIRE_VERDICT_IGNORED] = 1,      [WIRE_VERDICT_RUNTIME] = 2,     [WIRE_VERDICT_REACHABLE] = 3,
                [WIRE_VERDICT_INDIRECT] = 4,     [WIRE_VERDICT_POSSIBLE] = 5,    [WIRE_VERDICT_UNCLASSIFIED] = 6,
                [WIRE_VERDICT_DEFINITE] = 7,
        };
        return ranks[class];
}

static void identify(struct finding *finding, const struct stack *stack)
{
        const char *names[ID_NAMES];
        size_t n = id_names(stack, names, &finding->weak);
        id_make(rule_group(finding->rule), family_name(finding->family), names, n, finding->id);
        id_make_loose(rule_group(finding->rule), family_name(finding->family), names, n, finding->loose);
}

/* Where in the source a stack was recorded: its frames from the innermost out to the first that is the program's own, with
 * their lines. It keeps apart what the id takes together but a person mends in different places, or in different ways. */
static uint64_t place_hash(const struct stack *stack, uint64_t seed)
{
        const unsigned foreign = MARK_ALLOCATOR | MARK_WRAPPER | MARK_INTERPRETER | MARK_RUNTIME;
        uint64_t hash = mix64(seed + 1);
        for (size_t i = 0; i < stack->n_frames; i++) {
                const struct named_frame *named = stack->frames[i];
                uint64_t line = named->frame.line > 0 ? (uint64_t)named->frame.line : 0;
                for (const char *c = named->key; *c; c++)
                        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3); /* FNV-1a */
                hash = mix64(hash ^ line ^ (named->frame.module ? 0 : named->frame.offset));
                if (!(named->marks & foreign))
                        break;
        }
        return hash;
}

/* Names of variables cost reading symbol tables anew. A capture that is kept has all that its reader may ask for. */
static bool is_holder_named(const struct options *options)
{
        return options->show >> RULE_UF003 & 1 || options->verbose || options->output || options->log;
}

static struct finding *append(struct making *making, const struct finding *finding)
{
        if (making->n == making->max) {
                making->max = making->max ? 2 * making->max : 64;
                struct finding **all = store_take(making->store, making->max * sizeof *all);
                if (making->n)
                        memcpy(all, making->all, making->n * sizeof *all);
                making->all = all;
        }
        struct finding *kept = store_take(making->store, sizeof *kept);
        *kept = *finding;
        kept->heaviest = finding->weight;
        naming_keep(making->naming, &kept->stack);
        naming_keep(making->naming, &kept->release);
        naming_keep(making->naming, &kept->first_release);
        bool is_told = kept->rule == RULE_UF002 || (kept->rule == RULE_UF003 && is_holder_named(making->policy->options));
        if (is_told && kept->holder)
                kept->holder_name =
                        holders_name(making->holders, kept->holder, making->symbols, making->naming, making->store);
        making->all[making->n++] = kept;
        return kept;
}

static void add_up(struct store *store, struct finding *to, const struct finding *from)
{
        to->bytes += from->bytes;
        to->blocks += from->blocks;
        to->weight += from->weight;
        to->taken_blocks += from->taken_blocks;
        to->lived_us += from->lived_us;
        if (from->longest_us > to->longest_us)
                to->longest_us = from->longest_us;
        to->indirect_bytes += from->indirect_bytes;
        to->indirect_blocks += from->indirect_blocks;
        to->held_blocks += from->held_blocks;
        to->held_bytes += from->held_bytes;
        to->count += from->count;
        types_add_up(store, to, from);
        if (from->least_bytes < to->least_bytes)
                to->least_bytes = from->least_bytes;
        if (from->most_bytes > to->most_bytes)
                to->most_bytes = from->most_bytes;
        if (class_rank(from->class) > class_rank(to->class)) {
                to->class = from->class;
                to->holder = from->holder;
                to->holder_process = from->holder_process;
                to->holder_name = from->holder_name;
        }
}

static void merge(struct making *making, const struct process *process, const struct finding *finding)
{
        struct merge_key key = { .rule = finding->rule, .place = place_hash(&finding->stack, 0) };
        if (!rule_is_leak(finding->rule))
                key.place = place_hash(&finding->release, key.place);
        if (finding->rule == RULE_UF103 && finding->wrong)
                key.address = finding->wrong->place;
        memcpy(key.id, finding->id, sizeof key.id);
        if (finding->rule == RULE_UF003)
                key.class = finding->class;
        void **value = map_at(making->merged, &key, sizeof key);
        struct finding *same = *value;
        if (same && rule_is_leak(finding->rule) && finding->weight > same->heaviest) {
                same->stack = finding->stack;
                naming_keep(making->naming, &same->stack);
                same->heaviest = finding->weight;
        }
        if (same)
                add_up(making->store, same, finding);
        else
                *value = append(making, finding);
        add_process(making, *value, process);
}

static uint64_t weight_of(const struct site *site, enum metric metric)
{
        return metric == METRIC_COUNT ? site->blocks : metric == METRIC_LIFETIME ? site->lived_us : site->bytes;
}

/* Nothing is asked of blocks that are still held but how many they are? In the report of a program that has lost nothing
 * their stacks need no names then, which are most of what such a report costs. */
static bool reachable_only_counted(const struct options *options)
{
        if ((options->show | options->gate) >> RULE_UF003 & 1 || options->baseline || options->suppressions.n ||
            options->generate_suppressions || options->only_modules.n || options->output || options->log || options->verbose)
                return false;
        for (size_t i = 0; i < options->n_targets; i++)
                if (strcmp(options->targets[i].format, "text") != 0)
                        return false;
        return true;
}

static bool is_held(const struct site *site)
{
        return site->verdict == WIRE_VERDICT_REACHABLE || site->verdict == WIRE_VERDICT_IGNORED ||
               site->verdict == WIRE_VERDICT_RUNTIME;
}

/* Everything was judged, so this was born after that, by a thread that ran on until the process was gone. */
static bool is_too_late(const struct process *process, const struct site *site)
{
        return site->verdict == WIRE_VERDICT_UNCLASSIFIED && process->judged == WIRE_JUDGED_WHOLE;
}

/* A record of ld.so's own: marks_is_runtime_cache() says so of any stack that begins like that, whatever is further out. */
static bool is_loaders(const struct process *process, const struct site *site)
{
        struct raw_frame innermost[2];
        enum wire_entry entry;
        unsigned align_log2;
        size_t n = process_frames(process, site->stack, innermost, 2, &entry, &align_log2);
        for (size_t i = 0; i < 2; i++)
                if (i >= n || innermost[i].kind != RAW_NATIVE || !innermost[i].module ||
                    strncmp(innermost[i].module->name, "ld-linux", 8) != 0)
                        return false;
        return true;
}

/* Will there be nothing but what is held? A site that is not may turn out to be an interpreter's. */
static bool is_clean(struct making *making, const struct process *process)
{
        bool clean = process->n_wrongs == 0;
        struct notes *notes = notes_new(process);
        for (size_t k = 0; clean && k < process->n_sites; k++) {
                const struct site *site = &process->sites[k];
                struct stack stack = {0};
                if (is_held(site) || is_too_late(process, site) || is_loaders(process, site))
                        continue;
                naming_stack(making->naming, process, site->stack, &stack);
                clean = judge_site(process, notes, site, &stack).rule == RULE_UF003;
        }
        notes_free(notes);
        return clean;
}

static void make_leak(struct making *making, const struct process *process, const struct site *site)
{
        if (is_too_late(process, site))
                return;
        struct finding finding = {
                .blocks = site->blocks,
                .bytes = site->bytes,
                .least_bytes = site->least_bytes,
                .most_bytes = site->most_bytes,
                .weight = weight_of(site, making->policy->options->metric),
                .taken_blocks = site->taken_blocks,
                .lived_us = site->lived_us,
                .longest_us = site->longest_us,
                .indirect_blocks = site->indirect_blocks,
                .indirect_bytes = site->indirect_bytes,
        };
        struct judgement judgement = {RULE_UF003, is_held(site) ? site->verdict : WIRE_VERDICT_RUNTIME};
        if (!making->only_counted || (!is_held(site) && !is_loaders(process, site))) {
                naming_stack(making->naming, process, site->stack, &finding.stack);
                judgement = judge_site(process, making->notes, site, &finding.stack);
        }
        finding.rule = judgement.rule;
        finding.class = judgement.class;
        finding.family = judge_family(&finding.stack, site->family);
        finding.holder = holders_find(making->holders, site);
        finding.holder_process = finding.holder ? process : NULL;
        types_of_site(making->types, making->store, site, &finding);
        if (finding.class == WIRE_VERDICT_INDIRECT) {
                finding.held_blocks = finding.blocks;
                finding.held_bytes = finding.bytes;
        }
        identify(&finding, &finding.stack);
        merge(making, process, &finding);
}

/* The stack of `node`, kept, because another one will be named before this one is used. */
static struct stack kept_stack(struct making *making, const struct process *process, uint32_t node)
{
        struct stack stack;
        naming_stack(making->naming, process, node, &stack);
        naming_keep(making->naming, &stack);
        return stack;
}

static enum rule wrong_rule(unsigned kind)
{
        switch (kind) {
        case WIRE_WRONG_MISMATCH:
                return RULE_UF101;
        case WIRE_WRONG_DOUBLE:
                return RULE_UF102;
        case WIRE_WRONG_NO_GIL:
                return RULE_UF104;
        case WIRE_WRONG_SIZE:
                return RULE_UF105;
        default:
                return RULE_UF103;
        }
}

/* A mismatch that is none, since one side called an operator that the stack does not show. */
static bool is_hidden_match(struct making *making, const struct process *process, const struct finding *finding)
{
        if (finding->rule != RULE_UF101)
                return false;
        enum wire_family born = naming_hidden_family(making->naming, process, finding->wrong->birth_stack);
        enum wire_family released = naming_hidden_family(making->naming, process, finding->wrong->release_stack);
        if (born == WIRE_FAMILY_NONE)
                born = judge_family(&finding->stack, finding->family);
        if (released == WIRE_FAMILY_NONE)
                released = judge_family(&finding->release, WIRE_FAMILY_NONE);
        return born == released;
}

static void make_wrong(struct making *making, const struct process *process, const struct wire_wrong *wrong)
{
        struct finding finding = {
                .rule = wrong_rule(wrong->kind),
                .family = (enum wire_family)wrong->family,
                .bytes = wrong->size,
                .blocks = wrong->block != 0,
                .least_bytes = wrong->size,
                .most_bytes = wrong->size,
                .count = wrong->count,
                .wrong = wrong,
                .wrong_process = process,
                .stack = kept_stack(making, process, wrong->birth_stack),
                .release = kept_stack(making, process, wrong->release_stack),
                .first_release = kept_stack(making, process, wrong->first_release_stack),
        };
        finding.family = judge_family(&finding.stack, finding.family);
        finding.severity = judge_severity(&finding);
        if (judge_is_false_mismatch(&finding) || is_hidden_match(making, process, &finding))
                return;
        identify(&finding, finding.stack.n_frames ? &finding.stack : &finding.release);
        merge(making, process, &finding);
}

static bool is_wanted(const struct making *making, const struct finding *finding)
{
        const struct option_list *globs = &making->policy->options->only_modules;
        for (size_t i = 0; i < globs->n; i++)
                if (fnmatch(globs->all[i], finding->owner, 0) == 0)
                        return true;
        return globs->n == 0;
}

/* Drop what no --only-module wants; suppress, compare and gate the rest. */
static void decide(struct making *making)
{
        size_t n = 0;
        for (size_t i = 0; i < making->n; i++) {
                struct finding *finding = making->all[i];
                const struct stack *stack = finding->stack.n_frames ? &finding->stack : &finding->release;
                finding->owner = naming_owner(making->naming, stack);
                if (!is_wanted(making, finding)) {
                        making->findings->n_of_others += making->policy->options->gate >> finding->rule & 1;
                        continue;
                }
                making->all[n++] = finding;
                /* an older shim, or one whose list was full, does not say what leads what: then what we see ourselves */
                if (!finding->indirect_blocks && finding->blocks > finding->held_blocks)
                        finding->indirect_blocks = finding->held_blocks;
                finding->suppressed_by = suppressions_match(making->policy->suppressions, finding);
        }
        making->n = n;
        if (making->policy->baseline)
                baseline_compare(making->policy->baseline, making->policy->options, making->all, n);
        for (size_t i = 0; i < n; i++) {
                struct finding *finding = making->all[i];
                finding->gating = making->policy->options->gate >> finding->rule & 1 && !finding->suppressed_by &&
                                  !baseline_excuses(finding);
        }
}

/* The first process and what it became by exec. */
static bool is_of_first(const struct capture *capture, const struct process *process)
{
        return process->pid == capture->processes[0].pid;
}

struct findings *make_all(struct policy *policy, const struct capture *capture, struct symbols *symbols)
{
        struct store *store = store_new();
        struct making making = {
                .policy = policy,
                .capture = capture,
                .store = store,
                .findings = store_take(store, sizeof *making.findings),
                .naming = naming_new(store, symbols, policy->options->source_root),
                .symbols = symbols,
                .merged = map_new(),
                .only_counted = reachable_only_counted(policy->options),
        };
        for (size_t i = 0; making.only_counted && i < capture->n_processes; i++)
                making.only_counted = is_clean(&making, &capture->processes[i]);
        for (size_t i = 0; i < capture->n_processes; i++) {
                const struct process *process = &capture->processes[i];
                if (!policy->options->children && !is_of_first(capture, process))
                        continue;
                holders_free(making.holders);
                making.holders = holders_new(process);
                types_free(making.types);
                making.types = types_new(process);
                notes_free(making.notes);
                making.notes = notes_new(process);
                for (size_t k = 0; k < process->n_sites; k++)
                        make_leak(&making, process, &process->sites[k]);
                for (size_t k = 0; k < process->n_wrongs; k++)
                        make_wrong(&making, process, &process->wrongs[k]);
        }
        decide(&making);
        making.findings->store = store;
        making.findings->n = making.n;
        making.findings->all = store_take(store, making.n * sizeof *making.findings->all);
        for (size_t i = 0; i < making.n; i++)
                making.findings->all[i] = *making.all[i];
        map_free(making.merged);
        holders_free(making.holders);
        types_free(making.types);
        notes_free(making.notes);
        naming_free(making.naming);
        return making.findings;
}
