/* Rows about sites
 *
 * A capture has few sites and many blocks, so a row is found by hash from (stack, verdict) and only the first holder of
 * a site is written. Roots are read before anything is followed, hence the first holder is a root wherever one is.
 */
#include "shim/leak/holder.h"

#include "bare/bits.h"
#include "shim/stack/stack.h"
#include "shim/sys/pages.h"

enum { N_PLACES = 1 << 17, N_ROWS_MAX = N_PLACES / 2 };

static uint32_t *places; /* index of the row in the extent, 0 = free */
static uint32_t n_rows;
static uint32_t last_noted; /* the site noted last: most blocks come in runs of one site */
static uint8_t last_verdict;

struct wire_holder *holder_row(uint64_t index)
{
        return arena_element(WIRE_EXTENT_HOLDERS, index, sizeof(struct wire_holder));
}

/* A program may have written over the header by mistake: then it shall not wait for us. */
static uint64_t rows_used(void)
{
        enum { ROWS_MOST = 1 << 16 };
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_HOLDERS];
        uint64_t n = range->used < range->capacity ? range->used : range->capacity;
        return n < ROWS_MOST ? n : ROWS_MOST;
}

void holder_begin(void)
{
        /* This extent is ours alone, so it may be emptied: a reader that looks just now sees rows without a kind. */
        for (uint64_t i = 1; i < rows_used(); i++)
                *holder_row(i) = (struct wire_holder){.kind = WIRE_HOLDER_NONE};
        __atomic_store_n(&arena.header->extents[WIRE_EXTENT_HOLDERS].used, 1, __ATOMIC_RELEASE);
        n_rows = 0;
        last_noted = 0;
        places = pages_take(N_PLACES * sizeof *places);
}

void holder_end(void)
{
        if (places)
                pages_give(places, N_PLACES * sizeof *places);
        places = NULL;
}

/* The row of this site, made when there is none; *ret_new tells. NULL when there is no room. */
static struct wire_holder *row_find(uint32_t stack, enum wire_verdict verdict, bool *ret_new)
{
        if (places == NULL)
                return NULL;
        uint64_t at = mix64((uint64_t)stack << 3 | verdict);
        for (;; at++) {
                uint32_t *place = &places[at & (N_PLACES - 1)];
                if (*place) {
                        struct wire_holder *row = holder_row(*place);
                        if (row->stack != stack || row->verdict != verdict)
                                continue;
                        *ret_new = false;
                        return row;
                }
                if (n_rows == N_ROWS_MAX)
                        return NULL;
                uint64_t index = arena_take(WIRE_EXTENT_HOLDERS, 1, WIRE_DROP_MEMORY);
                if (index == 0) {
                        n_rows = N_ROWS_MAX;
                        return NULL;
                }
                n_rows++;
                *place = (uint32_t)index;
                *holder_row(index) = (struct wire_holder){.stack = stack, .verdict = (uint8_t)verdict};
                *ret_new = true;
                return holder_row(index);
        }
}

void holder_note(uint32_t stack, enum wire_verdict verdict, const struct mark_source *source, uintptr_t address)
{
        if (stack == last_noted && verdict == last_verdict)
                return;
        last_noted = stack;
        last_verdict = (uint8_t)verdict;
        bool is_new;
        struct wire_holder *row = row_find(stack, verdict, &is_new);
        if (row == NULL || !is_new)
                return;
        row->address = address;
        row->tid = source->tid;
        row->other = source->other;
        row->kind = source->kind;
}

void holder_leads(uint32_t stack, uint64_t blocks, uint64_t bytes)
{
        bool is_new;
        struct wire_holder *row = row_find(stack, WIRE_VERDICT_DEFINITE, &is_new);
        if (row == NULL)
                return;
        row->kind = WIRE_HOLDER_LEADS;
        row->blocks += blocks;
        row->bytes += bytes;
}

bool holder_is_begun(void) { return places != NULL; }

uint32_t holder_row_new(void) { return (uint32_t)arena_take(WIRE_EXTENT_HOLDERS, 1, WIRE_DROP_MEMORY); }

void holder_name_modules(void)
{
        for (uint64_t i = 1; i < rows_used(); i++) {
                struct wire_holder *row = holder_row(i);
                if (row->kind == WIRE_HOLDER_MODULE && row->module == 0)
                        row->module = (uint16_t)stack_module(row->address);
        }
}
