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

/* Of no slot that is counted. */
static const wire_slot NO_KEY = UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT;

/* One pass. Neighbours often have the same stack: what they have is summed up here until another one comes. */
struct pass {
        struct growth *growth;
        const bool *born;
        bool by_verdict;
        wire_slot key; /* what their slots have in common; NO_KEY = none yet */
        struct growth_row sum;
};

static bool sum_add(struct pass *pass)
{
        const struct growth_row *sum = &pass->sum;
        if (pass->key == NO_KEY)
                return true;
        struct growth_row *row = row_add(pass->growth, sum->stack, sum->verdict, sum->family);
        if (row == NULL)
                return false;
        row->blocks += sum->blocks;
        row->bytes += sum->bytes;
        row->born_blocks += sum->born_blocks;
        row->born_bytes += sum->born_bytes;
        return true;
}

/* The sum of others begins with the block of this slot, if it is to be counted. */
static bool sum_begin(struct pass *pass, wire_slot key)
{
        if (!sum_add(pass))
                return false;
        pass->key = key;
        pass->sum = (struct growth_row){
                .stack = wire_slot_stack(key),
                .verdict = pass->by_verdict ? (uint8_t)wire_slot_verdict(key) : 0,
                .family = (uint8_t)wire_slot_family(key),
        };
        return true;
}

/* A block as its slot says, but for its size. Without a stack it is not counted: no room was left for that. */
static inline __attribute__((always_inline)) bool count_block(struct pass *pass, wire_slot slot, uint64_t size)
{
        const wire_slot key_mask = ((UINT64_C(1) << WIRE_SLOT_STACK_BITS) - 1) | UINT64_C(7) << WIRE_SLOT_FAMILY_SHIFT |
                                   UINT64_C(7) << WIRE_SLOT_VERDICT_SHIFT | UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT;
        wire_slot key = slot & key_mask;
        if (key != pass->key) {
                if (!wire_slot_live(slot) || wire_slot_verdict(slot) == WIRE_VERDICT_IGNORED ||
                    wire_slot_stack(slot) == 0)
                        return true;
                if (!sum_begin(pass, key))
                        return false;
        }
        pass->sum.blocks++;
        pass->sum.bytes += size;
        if (pass->born && unlikely(pass->born[wire_slot_epoch(slot)])) {
                pass->sum.born_blocks++;
                pass->sum.born_bytes += size;
        }
        return true;
}

/* `pass` is a copy, so that it may stay in registers. */
static bool count_page(const wire_slot *slots, struct pass *ret_pass)
{
        struct pass pass = *ret_pass;
        bool counted = true;
        for (unsigned i = 0; counted && i < TABLE_PAGE_SLOTS; i++) {
                wire_slot slot = __atomic_load_n(&slots[i], __ATOMIC_RELAXED);
                counted = slot == 0 || count_block(&pass, slot, wire_slot_size(slot));
        }
        *ret_pass = pass;
        return counted;
}

static wire_slot large_slot(const struct block *block)
{
        return wire_slot_make(block->stack, 0, block->family, 0, block->epoch) | (wire_slot)block->verdict
                                                                                         << WIRE_SLOT_VERDICT_SHIFT;
}

static bool count_large(const struct block *block, void *context)
{
        return count_block(context, large_slot(block), block->size);
}

/* The slots of the next page that has any, from that page on; NULL = there is no more. Both numbers begin as 0. */
static const wire_slot *next_page(uint32_t *leaf, unsigned *page)
{
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        uint32_t n_leaves = (uint32_t)(range->used < range->capacity ? range->used : range->capacity);
        for (*leaf += *leaf == 0; *leaf < n_leaves; ++*leaf, *page = 0)
                while (*page < WIRE_LEAF_PAGES) {
                        unsigned here = (*page)++;
                        if (arena.leaves[*leaf].touched[here])
                                return table_page(*leaf, here).slots;
                }
        return NULL;
}

static bool count_all(struct pass *pass)
{
        uint32_t leaf = 0;
        unsigned page = 0;
        for (const wire_slot *slots; (slots = next_page(&leaf, &page));)
                if (!count_page(slots, pass))
                        return false;
        large_each(count_large, pass);
        return sum_add(pass);
}

bool growth_count(const bool born[GROWTH_EPOCHS], bool by_verdict, struct growth *ret)
{
        struct growth growth = {0};
        if (!rows_take(&growth, spare_rows ? spare_capacity : ROWS_FIRST))
                return false;
        struct pass pass = {
                .growth = &growth,
                .born = born,
                .by_verdict = by_verdict,
                .key = NO_KEY,
        };
        if (!count_all(&pass))
                growth.refused = true;
        if (growth.refused) {
                growth_deinit(&growth);
                return false;
        }
        *ret = growth;
        return true;
}

enum { FEW_EPOCHS = 4 };

/* Blocks of some epochs. `few`: these, in no order, if there are no more than FEW_EPOCHS. */
struct born {
        const bool *epochs;
        uint8_t few[FEW_EPOCHS];
        unsigned n_epochs;
        uint64_t n;
};

typedef uint8_t bytes16 __attribute__((vector_size(16), may_alias));
_Static_assert(WIRE_SLOT_EPOCH_SHIFT == 56, "the epoch is the last byte of a slot");

/* Is any slot of the page of this epoch? Two at a time: most pages have none, so that this is what a pass costs. */
static bool is_any_of(const wire_slot *slots, uint8_t epoch)
{
        bytes16 wanted = (bytes16){0} + epoch, found = {0};
        for (const wire_slot *end = slots + TABLE_PAGE_SLOTS; slots < end; slots += 4)
                found |=
                        (bytes16)(*(const bytes16 *)slots == wanted) | (bytes16)(*(const bytes16 *)&slots[2] == wanted);
        return found[7] || found[15];
}

static bool may_have(const struct born *born, const wire_slot *slots)
{
        bool may = born->n_epochs > FEW_EPOCHS;
        for (unsigned i = 0; !may && i < born->n_epochs; i++)
                may = is_any_of(slots, born->few[i]);
        return may;
}

static inline __attribute__((always_inline)) bool is_born(const bool *epochs, wire_slot slot)
{
        return unlikely(epochs[wire_slot_epoch(slot)]) && wire_slot_live(slot) &&
               wire_slot_verdict(slot) != WIRE_VERDICT_IGNORED;
}

static bool born_large(const struct block *block, void *context)
{
        struct born *born = context;
        born->n += is_born(born->epochs, large_slot(block));
        return true;
}

uint64_t growth_born(const bool epochs[GROWTH_EPOCHS])
{
        struct born born = {.epochs = epochs};
        for (unsigned i = 0; i < GROWTH_EPOCHS; i++)
                if (epochs[i] && born.n_epochs++ < FEW_EPOCHS)
                        born.few[born.n_epochs - 1] = (uint8_t)i;
        uint32_t leaf = 0;
        unsigned page = 0;
        for (const wire_slot *slots; (slots = next_page(&leaf, &page));)
                for (unsigned i = 0, n = may_have(&born, slots) ? TABLE_PAGE_SLOTS : 0; i < n; i++)
                        born.n += is_born(epochs, __atomic_load_n(&slots[i], __ATOMIC_RELAXED));
        large_each(born_large, &born);
        return born.n;
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
