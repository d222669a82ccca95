/* From processes to findings: see policy.h
 *
 * What make.c collected is sorted worst first and added up here, and the status follows from the sums.
 */
#include "cli/policy/policy.h"

#include "cli/policy/baseline.h"
#include "cli/policy/judge.h"
#include "cli/policy/make.h"
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/policy/suppress.h"

#include <stdlib.h>
#include <string.h>

enum { EXIT_GONE = 24 };

int policy_open(const struct options *options, struct policy **ret_policy)
{
        struct policy *policy = calloc(1, sizeof *policy);
        if (!policy)
                abort();
        policy->options = options;
        policy->suppressions = suppressions_new();
        int r = 0;
        for (size_t i = 0; i < options->suppressions.n && r >= 0; i++)
                r = suppressions_read(policy->suppressions, options->suppressions.all[i]);
        if (r >= 0 && options->baseline)
                r = baseline_read(options->baseline, &policy->baseline);
        if (r < 0) {
                policy_close(policy);
                return r;
        }
        *ret_policy = policy;
        return 0;
}

void policy_close(struct policy *policy)
{
        if (!policy)
                return;
        suppressions_free(policy->suppressions);
        baseline_free(policy->baseline);
        free(policy);
}

void findings_free(struct findings *findings)
{
        if (findings)
                store_free(findings->store); /* in which the findings themselves are */
}

/* How bad a kind is: what may corrupt memory before what only takes it. */
static int rule_rank(enum rule rule)
{
        static const unsigned char ranks[RULE_END] = {
                [RULE_UF102] = 1, [RULE_UF103] = 2, [RULE_UF101] = 3, [RULE_UF105] = 4, [RULE_UF104] = 5,
                [RULE_UF001] = 6, [RULE_UF002] = 7, [RULE_UF004] = 8, [RULE_UF003] = 9,
        };
        return ranks[rule];
}

#define COMPARE(x, y)                                                                                                  \
        do {                                                                                                           \
                if ((x) != (y))                                                                                        \
                        return (x) < (y) ? -1 : 1;                                                                     \
        } while (0)

/* Who leads lost blocks weighs as much as they all do, and comes before them: mended, it takes them along. */
static uint64_t weight_with_led(const struct finding *finding, const struct options *options)
{
        bool leads_others = options->metric == METRIC_LEAKED && finding->indirect_bytes > finding->held_bytes;
        return finding->weight + (leads_others ? finding->indirect_bytes - finding->held_bytes : 0);
}

static int compare_worst_first(const void *a_finding, const void *b_finding, void *options)
{
        const struct finding *a = a_finding, *b = b_finding;
        COMPARE(a->suppressed_by != NULL, b->suppressed_by != NULL);
        COMPARE(!a->gating, !b->gating);
        COMPARE(a->severity == SEVERITY_LOW, b->severity == SEVERITY_LOW);
        COMPARE(rule_rank(a->rule), rule_rank(b->rule));
        COMPARE(a->severity, b->severity);
        COMPARE(a->class == WIRE_VERDICT_INDIRECT, b->class == WIRE_VERDICT_INDIRECT);
        if (rule_is_leak(a->rule))
                COMPARE(weight_with_led(b, options), weight_with_led(a, options));
        else
                COMPARE(b->count, a->count);
        COMPARE(b->blocks, a->blocks);
        int order = strcmp(a->id, b->id);
        if (order)
                return order;
        COMPARE(a->class, b->class);
        COMPARE(a->release.n_frames, b->release.n_frames);
        for (size_t i = 0; i < a->release.n_frames; i++)
                COMPARE(a->release.frames[i]->frame.offset, b->release.frames[i]->frame.offset);
        return 0;
}

static void add_up(struct findings *findings)
{
        struct map *leaked = map_new();
        for (size_t i = 0; i < findings->n; i++) {
                const struct finding *finding = &findings->all[i];
                if (finding->suppressed_by) {
                        findings->n_suppressed++;
                        findings->suppressed_bytes += rule_is_leak(finding->rule) ? finding->bytes : 0;
                        findings->suppressed_blocks += rule_is_leak(finding->rule) ? finding->blocks : 0;
                        continue;
                }
                findings->n_gating += finding->gating;
                switch (finding->rule) {
                case RULE_UF001:
                        findings->leaked_bytes += finding->bytes;
                        findings->leaked_blocks += finding->blocks;
                        void **known = map_at(leaked, finding->id, 16);
                        findings->n_leaked_sites += !*known;
                        *known = leaked;
                        break;
                case RULE_UF002:
                        findings->possible_bytes += finding->bytes;
                        findings->possible_blocks += finding->blocks;
                        break;
                case RULE_UF003:
                        findings->reachable_bytes += finding->bytes;
                        findings->reachable_blocks += finding->blocks;
                        break;
                case RULE_UF004:
                        findings->unclassified_bytes += finding->bytes;
                        findings->unclassified_blocks += finding->blocks;
                        break;
                default:
                        findings->n_wrong++;
                }
        }
        map_free(leaked);
}

/* The first process, or the last image that it became, died of a signal: then that is how the runner ends too. */
static bool died_of_signal(const struct capture *capture)
{
        bool died = false;
        for (size_t i = 0; i < capture->n_processes; i++)
                if (capture->processes[i].pid == capture->processes[0].pid)
                        died = capture->processes[i].end.how == END_SIGNAL;
        return died;
}

static int exit_status(const struct options *options, const struct capture *capture, const struct findings *findings)
{
        if (died_of_signal(capture))
                return 0;
        bool unwatched = options->gate & KIND_UNWATCHED && capture->unwatched.n > 0;
        if ((findings->n_gating || unwatched) && options->error_exitcode)
                return options->error_exitcode;
        return findings->n_gone && options->strict_baseline ? EXIT_GONE : 0;
}

int findings_make(struct policy *policy, const struct capture *capture, struct symbols *symbols,
                  struct findings **ret_findings)
{
        struct findings *findings = make_all(policy, capture, symbols);
        if (findings->n)
                qsort_r(findings->all, findings->n, sizeof *findings->all, compare_worst_first, (void *)policy->options);
        add_up(findings);
        findings->suppressions = suppressions_uses(policy->suppressions, &findings->n_suppressions);
        if (policy->baseline)
                findings->gone = baseline_gone(policy->baseline, findings->store, &findings->n_gone);
        findings->exit_status = exit_status(policy->options, capture, findings);
        *ret_findings = findings;
        return 0;
}

int policy_baseline_init(const char *path, const struct findings *findings, size_t *ret_n_written)
{
        return baseline_init(path, findings, ret_n_written);
}

int policy_baseline_update(struct policy *policy, const struct findings *findings, FILE *out)
{
        return baseline_rewrite(policy->baseline, findings, true, out);
}

int policy_baseline_prune(struct policy *policy, const struct findings *findings, FILE *out)
{
        return baseline_rewrite(policy->baseline, findings, false, out);
}
