/* Of which Python types lost blocks are
 *
 * The judgement leaves a row for each type of each site (wire/arena.h, WIRE_HOLDER_TYPE); the same name may have
 * several. There are few rows where there are any, so they are sorted by site and searched.
 */
#include "cli/policy/types.h"

#include "cli/policy/store.h"

#include <stdlib.h>
#include <string.h>

struct types {
        const struct process *process;
        const struct wire_holder **rows; /* by stack and verdict */
        size_t n;
};

static int compare_rows(const void *a_row, const void *b_row)
{
        const struct wire_holder *a = *(const struct wire_holder *const *)a_row;
        const struct wire_holder *b = *(const struct wire_holder *const *)b_row;
        if (a->stack != b->stack)
                return a->stack < b->stack ? -1 : 1;
        return (int)a->verdict - (int)b->verdict;
}

struct types *types_new(const struct process *process)
{
        struct types *types = calloc(1, sizeof *types);
        const struct wire_holder **rows = calloc(process->n_holders + 1, sizeof(struct wire_holder *));
        if (!types || !rows)
                abort();
        types->process = process;
        types->rows = rows;
        for (size_t i = 0; i < process->n_holders; i++)
                if (process->holders[i].kind == WIRE_HOLDER_TYPE)
                        rows[types->n++] = &process->holders[i];
        qsort(rows, types->n, sizeof *rows, compare_rows);
        return types;
}

void types_free(struct types *types)
{
        if (types)
                free(types->rows);
        free(types);
}

static int compare_counts(const void *a_count, const void *b_count)
{
        const struct type_count *a = a_count, *b = b_count;
        if (a->blocks != b->blocks)
                return a->blocks > b->blocks ? -1 : 1;
        return strcmp(a->name, b->name);
}

/* Add a count to the first *n of `counts`, which have room for one more. */
static void count_add(struct type_count *counts, size_t *n, const struct type_count *more)
{
        size_t i = 0;
        while (i < *n && strcmp(counts[i].name, more->name) != 0)
                i++;
        if (i == *n)
                counts[(*n)++] = (struct type_count){.name = more->name};
        counts[i].blocks += more->blocks;
        counts[i].bytes += more->bytes;
}

void types_of_site(const struct types *types, struct store *store, const struct site *site, struct finding *finding)
{
        struct wire_holder key = {.stack = site->stack, .verdict = (uint8_t)site->verdict};
        const struct wire_holder *wanted = &key;
        size_t first = 0, last = types->n;
        if (site->family != WIRE_FAMILY_PYOBJECT)
                return;
        while (first < last) {
                size_t middle = first + (last - first) / 2;
                if (compare_rows(&types->rows[middle], &wanted) < 0)
                        first = middle + 1;
                else
                        last = middle;
        }
        while (last < types->n && compare_rows(&types->rows[last], &wanted) == 0)
                last++;
        if (first == last)
                return;
        struct type_count *counts = store_take(store, (last - first) * sizeof *counts);
        for (size_t i = first; i < last; i++) {
                const struct wire_holder *row = types->rows[i];
                struct type_count count = {types->process->text + row->other, row->blocks, row->bytes};
                count_add(counts, &finding->n_types, &count);
        }
        qsort(counts, finding->n_types, sizeof *counts, compare_counts);
        finding->types = counts;
}

void types_add_up(struct store *store, struct finding *to, const struct finding *from)
{
        if (from->n_types == 0)
                return;
        struct type_count *counts = store_take(store, (to->n_types + from->n_types) * sizeof *counts);
        if (to->n_types)
                memcpy(counts, to->types, to->n_types * sizeof *counts);
        for (size_t i = 0; i < from->n_types; i++)
                count_add(counts, &to->n_types, &from->types[i]);
        qsort(counts, to->n_types, sizeof *counts, compare_counts);
        to->types = counts;
}
