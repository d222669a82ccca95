/* Live blocks, put together by stack and verdict: see site.h
 *
 * A million blocks usually come from a few thousand places, so that the table stays in cache and counting a block
 * costs about as much as reading its slot.
 */
#include "cli/capture/site.h"

#include "bare/bits.h"

#include <stdlib.h>

static uint64_t site_hash(uint32_t stack, unsigned family, unsigned verdict)
{
        return mix64((uint64_t)stack | (uint64_t)family << 32 | (uint64_t)verdict << 40);
}

static bool site_is(const struct site *site, uint32_t stack, unsigned family, unsigned verdict)
{
        return site->stack == stack && site->family == family && site->verdict == verdict;
}

static bool site_table_grow(struct site_table *table)
{
        size_t size = table->index ? (table->mask + 1) * 2 : 256;
        uint32_t *index = calloc(size, sizeof *index);
        struct site *sites = realloc(table->sites, size / 2 * sizeof *sites);
        if (sites)
                table->sites = sites;
        struct site_estimate *estimates = realloc(table->estimates, size / 2 * sizeof *estimates);
        if (estimates)
                table->estimates = estimates;
        if (!index || !sites || !estimates) {
                free(index);
                return false;
        }
        free(table->index);
        table->index = index;
        table->mask = size - 1;
        table->room = size / 2;
        for (size_t i = 0; i < table->n; i++) {
                const struct site *site = &sites[i];
                size_t at = site_hash(site->stack, site->family, site->verdict) & table->mask;
                while (index[at])
                        at = (at + 1) & table->mask;
                index[at] = (uint32_t)i + 1;
        }
        return true;
}

bool site_count(struct site_table *table, uint32_t stack, unsigned family, unsigned verdict, uint64_t bytes, double stands_for)
{
        if (table->n >= table->room && !site_table_grow(table))
                return false;
        size_t at = site_hash(stack, family, verdict) & table->mask;
        while (table->index[at] && !site_is(&table->sites[table->index[at] - 1], stack, family, verdict))
                at = (at + 1) & table->mask;
        if (!table->index[at]) {
                table->sites[table->n] = (struct site){.stack = stack,
                                                       .family = (enum wire_family)family,
                                                       .verdict = (enum wire_verdict)verdict,
                                                       .least_bytes = bytes};
                table->estimates[table->n] = (struct site_estimate){0};
                table->index[at] = (uint32_t)++table->n;
        }
        struct site *site = &table->sites[table->index[at] - 1];
        site->blocks++;
        site->bytes += bytes;
        if (stands_for > 0) {
                site->taken_blocks++;
                table->estimates[site - table->sites].blocks += stands_for;
                table->estimates[site - table->sites].bytes += stands_for * (double)bytes;
        }
        if (bytes < site->least_bytes)
                site->least_bytes = bytes;
        if (bytes > site->most_bytes)
                site->most_bytes = bytes;
        return true;
}

struct site *site_find(struct site_table *table, uint32_t stack, unsigned family, unsigned verdict)
{
        if (!table->n)
                return NULL;
        size_t at = site_hash(stack, family, verdict) & table->mask;
        for (; table->index[at]; at = (at + 1) & table->mask)
                if (site_is(&table->sites[table->index[at] - 1], stack, family, verdict))
                        return &table->sites[table->index[at] - 1];
        return NULL;
}

static int site_order(const void *a, const void *b)
{
        const struct site *left = a, *right = b;
        if (left->stack != right->stack)
                return left->stack < right->stack ? -1 : 1;
        if (left->verdict != right->verdict)
                return left->verdict < right->verdict ? -1 : 1;
        return (left->family > right->family) - (left->family < right->family);
}

struct site *site_table_give(struct site_table *table, size_t *ret_n)
{
        struct site *sites = table->sites;
        *ret_n = table->n;
        for (size_t i = 0; i < table->n; i++) {
                if (!sites[i].taken_blocks)
                        continue;
                sites[i].blocks = (uint64_t)(table->estimates[i].blocks + 0.5);
                sites[i].bytes = (uint64_t)(table->estimates[i].bytes + 0.5);
        }
        if (sites)
                qsort(sites, table->n, sizeof *sites, site_order);
        free(table->index);
        free(table->estimates);
        *table = (struct site_table){0};
        return sites;
}

void site_table_deinit(struct site_table *table)
{
        free(table->index);
        free(table->estimates);
        free(table->sites);
        *table = (struct site_table){0};
}

static bool number_read(const char **at, char end, uint64_t most, uint64_t *ret)
{
        char *after;
        *ret = strtoull(*at, &after, 10);
        if (**at < '0' || **at > '9' || *ret > most || (*after != end && (end != ',' || *after != '\0')))
                return false;
        *at = *after ? after + 1 : after;
        return true;
}

static bool site_read(const char **at, size_t n_nodes, struct site *ret)
{
        uint64_t stack, family, verdict, blocks, bytes;
        bool good = number_read(at, ':', n_nodes - 1, &stack) && number_read(at, ':', WIRE_FAMILY_END - 1, &family) &&
                    number_read(at, ':', WIRE_VERDICT_END - 1, &verdict) && number_read(at, ':', INT64_MAX, &blocks) &&
                    number_read(at, ',', INT64_MAX, &bytes) && blocks > 0 && family > 0;
        if (!good)
                return false;
        *ret = (struct site){.stack = (uint32_t)stack,
                             .family = (enum wire_family)family,
                             .verdict = (enum wire_verdict)verdict,
                             .blocks = blocks,
                             .bytes = bytes,
                             .least_bytes = bytes / blocks,
                             .most_bytes = (bytes + blocks - 1) / blocks};
        return true;
}

bool process_set_sites(struct process *process, const char *list)
{
        size_t room = 1;
        for (const char *at = list; *at; at++)
                room += *at == ',';
        struct site *sites = process->n_nodes ? calloc(room, sizeof *sites) : NULL;
        size_t n = 0;
        while (sites && *list) {
                if (!site_read(&list, process->n_nodes, &sites[n])) {
                        free(sites);
                        return false;
                }
                n++;
        }
        if (!sites)
                return false;
        free(process->sites);
        process->sites = sites;
        process->n_sites = n;
        process->n_wrongs = process->n_holders = 0;
        return true;
}
