/* Two runs, compared: see compare.h */
#include "cli/policy/compare.h"

#include "cli/say/say.h"

#include <stdlib.h>
#include <string.h>

const char *change_word(enum change_kind kind)
{
        static const char *const words[] = {
#define X(id, word) word,
                CHANGES(X)
#undef X
        };
        return words[kind];
}

uint64_t change_bytes(const struct finding *finding) { return finding ? finding->bytes : 0; }
uint64_t change_blocks(const struct finding *finding)
{
        return !finding ? 0 : finding->wrong ? finding->count : finding->blocks;
}

static int order_by_id(const struct finding *a, const struct finding *b)
{
        int order = strcmp(a->id, b->id);
        return order ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

static int order_ids(const void *a, const void *b)
{
        return order_by_id(*(const struct finding *const *)a, *(const struct finding *const *)b);
}

static int order_loose(const void *a, const void *b)
{
        const struct change *left = a, *right = b;
        const struct finding *l = left->after ? left->after : left->before;
        const struct finding *r = right->after ? right->after : right->before;
        int order = strcmp(l->loose, r->loose);
        order = order ? order : (l->rule > r->rule) - (l->rule < r->rule);
        return order ? order : (left->kind > right->kind) - (left->kind < right->kind);
}

static uint64_t change_size(const struct change *change)
{
        uint64_t before = change_bytes(change->before), after = change_bytes(change->after);
        return before < after ? after - before : before - after;
}

static int order_shown(const void *a, const void *b)
{
        const struct change *left = a, *right = b;
        if (left->kind != right->kind)
                return left->kind < right->kind ? -1 : 1;
        uint64_t l = change_size(left), r = change_size(right);
        if (l != r)
                return l > r ? -1 : 1;
        return order_by_id(left->after ? left->after : left->before, right->after ? right->after : right->before);
}

static const struct finding **sorted(const struct findings *findings)
{
        const struct finding **all = malloc((findings->n + 1) * sizeof *all);
        for (size_t i = 0; all && i < findings->n; i++)
                all[i] = &findings->all[i];
        if (all)
                qsort(all, findings->n, sizeof *all, order_ids);
        return all;
}

static enum change_kind kind_of(const struct finding *before, const struct finding *after)
{
        if (!before)
                return CHANGE_NEW;
        if (!after)
                return CHANGE_GONE;
        if (change_bytes(after) > change_bytes(before) || change_blocks(after) > change_blocks(before))
                return CHANGE_GROWN;
        bool same = change_bytes(after) == change_bytes(before) && change_blocks(after) == change_blocks(before);
        return same ? CHANGE_SAME : CHANGE_SHRUNK;
}

/* A new one and a gone one that are one. */
static void moved_join(struct comparison *comparison)
{
        struct change *all = comparison->all;
        if (comparison->n)
                qsort(all, comparison->n, sizeof *all, order_loose);
        size_t kept = 0;
        for (size_t i = 0; i < comparison->n; i++) {
                struct change *next = i + 1 < comparison->n ? &all[i + 1] : NULL;
                struct change change = all[i];
                if (next && change.kind == CHANGE_NEW && next->kind == CHANGE_GONE &&
                    strcmp(change.after->loose, next->before->loose) == 0 && change.after->rule == next->before->rule) {
                        change = (struct change){CHANGE_MOVED, next->before, change.after};
                        i++;
                }
                all[kept++] = change;
        }
        comparison->n = kept;
}

int compare_findings(const struct findings *before, const struct findings *after, struct comparison *ret)
{
        const struct finding **old = sorted(before), **new = sorted(after);
        *ret = (struct comparison){.all = malloc((before->n + after->n + 1) * sizeof *ret->all)};
        if (!old || !new || !ret->all) {
                free(old);
                free(new);
                comparison_deinit(ret);
                return say_error("not enough memory to compare %zu findings with %zu", before->n, after->n);
        }
        for (size_t i = 0, k = 0; i < before->n || k < after->n;) {
                int order = i == before->n ? 1 : k == after->n ? -1 : order_by_id(old[i], new[k]);
                const struct finding *was = order <= 0 ? old[i++] : NULL, *is = order >= 0 ? new[k++] : NULL;
                ret->all[ret->n++] = (struct change){kind_of(was, is), was, is};
        }
        free(old);
        free(new);
        moved_join(ret);
        if (ret->n)
                qsort(ret->all, ret->n, sizeof *ret->all, order_shown);
        for (size_t i = 0; i < ret->n; i++)
                ret->counts[ret->all[i].kind]++;
        return 0;
}

void comparison_deinit(struct comparison *comparison)
{
        free(comparison->all);
        *comparison = (struct comparison){0};
}
