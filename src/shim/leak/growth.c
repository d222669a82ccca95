/* How much is alive, by stack: see growth.h
 *
 * Other threads go on meanwhile. A slot is one word, so each block is seen whole or not at all; what is born or
 * released during the pass is counted or not, as if that had happened a little later or earlier.
 */
#include "shim/leak/growth.h"

#include "bare/bits.h"
#include "shim/block/large.h"
#include "shim/leak/find.h"
#include "shim/sys/pages.h"

#include <string.h>

enum { ROWS_FIRST = 1 << 10 };

/* What was given back last: marks are made again and again, and fresh pages would be most of their price. */
static struct growth_row *spare_rows;
static size_t spare_capacity;

static bool rows_take(struct growth *growth, size_t capacity)
{
        struct growth_row *rows = NULL;
        if (spare_rows && spare_capacity == capacity) {
                rows = memset(spare_rows, 0, capacity * sizeof *rows);
                spare_rows = NULL;
                spare_capacity = 0;
        }
        growth->rows = rows ? rows : pages_take(capacity * sizeof *rows);
        growth->capacity = growth->rows ? capacity : 0;
        growth->n = 0;
        return growth->rows != NULL;
}

void growth_deinit(struct growth *growth)
{
        if (growth->rows && growth->capacity >= spare_capacity) {
                if (spare_rows)
                        pages_give(spare_rows, spare_capacity * sizeof *spare_rows);
                spare_rows = growth->rows;
                spare_capacity = growth->capacity;
        } else if (growth->rows) {
                pages_give(growth->rows, growth->capacity * sizeof *growth->rows);
        }
        *growth = (struct growth){0};
}

static struct growth_row *row_of(const struct growth *growth, uint32_t stack, unsigned verdict)
{
        for (size_t i = mix64((uint64_t)verdict << 32 | stack);; i++) {
                struct growth_row *row = &growth->rows[i & (growth->capacity - 1)];
                if (row->stack == 0 || (row->stack == stack && row->verdict == verdict))
                        return row;
        }
}

static bool grow(struct growth *growth)
{
        struct growth old = *growth;
        if (!rows_take(growth, old.capacity * 4)) {
                *growth = old;
                return false;
        }
        for (size_t i = 0; i < old.capacity; i++)
                if (old.rows[i].stack)
                        *row_of(growth, old.rows[i].stack, old.rows[i].verdict) = old.rows[i];
        growth->n = old.n;
        pages_give(old.rows, old.capacity * sizeof *old.rows);
        return true;
}

static struct growth_row *row_add(struct growth *growth, uint32_t stack, unsigned verdict, unsigned family)
{
        struct growth_row *row = row_of(growth, stack, verdict);
        if (row->stack)
                return row;
        if (growth->n >= growth->capacity / 2) {
                if (!grow(growth)) {
                        growth->refused = true;
                        return NULL;
                }
                row = row_of(growth, stack, verdict);
        }
        growth->n++;
        *row = (struct growth_row){.stack = stack, .verdict = (uint8_t)verdict, .family = (uint8_t)family};
        return row;
}

/* One pass; callers take turns. */
static struct {
        struct growth *growth;
        const bool *born;
        bool by_verdict;
        struct growth_row *last; /* neighbours often have the same stack */
} pass;

static bool wanted(unsigned verdict) { return verdict != WIRE_VERDICT_IGNORED; }

static inline bool count_block(const struct block *block)
{
        unsigned verdict = pass.by_verdict ? block->verdict : 0;
        struct growth_row *row = pass.last;
        if (unlikely(block->stack == 0))
                return true; /* no room was left for its stack */
        if (!row || row->stack != block->stack || row->verdict != verdict) {
                row = row_add(pass.growth, block->stack, verdict, block->family);
                if (row == NULL)
                        return false;
                pass.last = row;
        }
        row->blocks++;
        row->bytes += block->size;
        if (unlikely(pass.born && pass.born[block->epoch])) {
                row->born_blocks++;
                row->born_bytes += block->size;
        }
        return true;
}

static bool count_large(const struct block *block, void *context)
{
        return !wanted(block->verdict) || count_block(block);
}

bool growth_count(const bool born[GROWTH_EPOCHS], bool by_verdict, struct growth *ret)
{
        struct growth growth = {0};
        if (!rows_take(&growth, spare_rows ? spare_capacity : ROWS_FIRST))
                return false;
        pass.growth = &growth;
        pass.born = born;
        pass.by_verdict = by_verdict;
        pass.last = NULL;
        if (find_each_small(wanted, count_block, false))
                large_each(count_large, NULL);
        if (growth.refused) {
                growth_deinit(&growth);
                return false;
        }
        *ret = growth;
        return true;
}

const struct growth_row *growth_find(const struct growth *growth, uint32_t stack)
{
        const struct growth_row *row = growth->rows ? row_of(growth, stack, 0) : NULL;
        return row && row->stack ? row : NULL;
}

static const bool *kept_epochs;

static bool any(unsigned verdict) { return true; }

/* Whoever owns the block may be releasing it just now; then it is left alone. */
static bool age_block(const struct block *block)
{
        if (kept_epochs[block->epoch])
                return true;
        wire_slot was = __atomic_load_n(block->slot, __ATOMIC_RELAXED);
        if (wire_slot_live(was) && wire_slot_epoch(was) == block->epoch)
                __atomic_compare_exchange_n(block->slot, &was, was & ~(UINT64_C(255) << WIRE_SLOT_EPOCH_SHIFT), false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        return true;
}

static bool age_large(const struct block *block, void *context)
{
        if (!kept_epochs[block->epoch])
                block->large->epoch = 0;
        return true;
}

void growth_age(const bool kept[GROWTH_EPOCHS])
{
        kept_epochs = kept;
        find_each_small(any, age_block, false);
        large_each(age_large, NULL);
}
