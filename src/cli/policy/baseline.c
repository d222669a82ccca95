/* The findings that a code base has agreed to live with: comparing. See baseline.h; the file itself is read and written
 * in baseline_file.c. */
#include "cli/policy/baseline.h"

#include "cli/policy/baseline_file.h"
#include "cli/policy/map.h"
#include "cli/policy/store.h"

#include <string.h>

/* One id may stand for several places: two leaks in one function. A third one there is no new id, but `sites` sees it. */
static bool has_grown(const struct baseline_entry *entry, enum ratchet ratchet)
{
        return (ratchet == RATCHET_SITES && entry->found_places > entry->places) ||
               (ratchet == RATCHET_BLOCKS && entry->found_blocks > entry->blocks) ||
               (ratchet == RATCHET_BYTES && entry->found_bytes > entry->bytes);
}

static void charge(struct baseline_entry *entry, const struct finding *finding)
{
        bool is_leak = finding->rule <= RULE_UF004;
        entry->is_matched = true;
        entry->found_blocks += is_leak ? finding->blocks : finding->count;
        entry->found_bytes += finding->bytes;
        entry->found_places++;
        strcpy(entry->found_id, finding->id);
        strcpy(entry->found_loose, finding->loose);
}

static bool may_gate(const struct options *options, const struct finding *finding)
{
        return options->gate >> finding->rule & 1;
}

/* Sites that moved: an entry that nothing matched by id may be matched by its loose id, by one id only. */
static void match_moved(struct baseline *baseline, const struct options *options, struct finding *const *findings,
                        size_t n, void **entry_of)
{
        struct map *by_loose = map_new();
        for (size_t i = 0; i < baseline->n; i++)
                if (!baseline->entries[i].is_matched && *baseline->entries[i].loose) {
                        void **first = map_at(by_loose, baseline->entries[i].loose, 16);
                        if (!*first)
                                *first = &baseline->entries[i];
                }
        for (size_t i = 0; i < n; i++) {
                if (entry_of[i] || !may_gate(options, findings[i]))
                        continue;
                struct baseline_entry *entry = map_find(by_loose, findings[i]->loose, 16);
                if (!entry || (entry->is_matched && strcmp(entry->found_id, findings[i]->id) != 0))
                        continue;
                charge(entry, findings[i]);
                entry->has_moved = true;
                entry_of[i] = entry;
        }
        map_free(by_loose);
}

void baseline_compare(struct baseline *baseline, const struct options *options, struct finding *const *findings,
                      size_t n)
{
        struct map *by_id = map_new();
        void **entry_of = store_take(baseline->store, n * sizeof *entry_of);
        for (size_t i = 0; i < baseline->n; i++)
                *map_at(by_id, baseline->entries[i].id, 16) = &baseline->entries[i];
        for (size_t i = 0; i < n; i++) {
                /* a suppressed site is still there, and so not gone */
                struct baseline_entry *entry = map_find(by_id, findings[i]->id, 16);
                if (entry && (may_gate(options, findings[i]) || findings[i]->suppressed_by))
                        charge(entry, findings[i]);
                entry_of[i] = entry;
        }
        map_free(by_id);
        match_moved(baseline, options, findings, n, entry_of);
        for (size_t i = 0; i < n; i++) {
                const struct baseline_entry *entry = entry_of[i];
                if (!may_gate(options, findings[i]))
                        continue;
                if (!entry || entry->has_expired)
                        findings[i]->baseline = "new";
                else if (has_grown(entry, options->ratchet))
                        findings[i]->baseline = "grown";
                else
                        findings[i]->baseline = entry->has_moved ? "moved" : "known";
        }
}

bool baseline_excuses(const struct finding *finding)
{
        return finding->baseline && (strcmp(finding->baseline, "known") == 0 || strcmp(finding->baseline, "moved") == 0);
}

const char *const *baseline_gone(const struct baseline *baseline, struct store *store, size_t *ret_n)
{
        const char **gone = store_take(store, baseline->n * sizeof *gone);
        size_t n = 0;
        for (size_t i = 0; i < baseline->n; i++)
                if (!baseline->entries[i].is_matched)
                        gone[n++] = store_copy(store, baseline->entries[i].id, 16);
        *ret_n = n;
        return gone;
}
