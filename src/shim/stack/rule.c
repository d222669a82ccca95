/* Unwind rules, boiled down and remembered
 *
 * One table for all threads: open addressing, insert-only, no locks. An entry is claimed by `taken`, filled, and then
 * published by its `pc_rule`. When the table is half full a table of twice the size takes its place; the old one stays
 * for those who are just reading it. What is inserted into it meanwhile is lost, and found again at next need.
 *
 * A thread may find the rule of an address, be interrupted while the module is unloaded, and then insert it. So the
 * generation is read before the tables are consulted and again after the entry is published; if it moved, the entry is
 * withdrawn (partner: rule_forget() moves the generation first and clears then).
 */
#include "shim/stack/rule.h"

#include "bare/bits.h"
#include "shim/stack/general.h"
#include "shim/stack/module.h"
#include "shim/stack/stamp.h"
#include "shim/sys/pages.h"

enum { FIRST_LOG2 = 10, LAST_LOG2 = 22 };

_Atomic(struct rule_table *) rule_table;
_Atomic uint32_t rule_generation = 1;
struct rule_wide *rule_wides;

enum { N_WIDES = 4096 };
static _Atomic uint32_t n_wides;
static atomic_flag growing = ATOMIC_FLAG_INIT;

static const uint64_t pc_gone = RULE_GONE; /* address 0 */

static size_t table_bytes(uint32_t n) { return sizeof(struct rule_table) + n * sizeof(struct rule_entry); }

static struct rule_table *table_new(unsigned log2)
{
        uint32_t n = (UINT32_C(1) << log2) + RULE_PROBES;
        struct rule_table *table = pages_take(table_bytes(n));
        if (table) {
                table->shift = 64 - log2;
                table->n = n;
        }
        return table;
}

struct rule_table *rule_table_make(void)
{
        struct rule_table *table = NULL;
        struct rule_table *fresh = table_new(FIRST_LOG2);
        if (!fresh)
                return NULL;
        if (atomic_compare_exchange_strong(&rule_table, &table, fresh))
                return fresh;
        pages_give(fresh, table_bytes(fresh->n));
        return table;
}

/* A published entry for the pair; NULL when there is no room near its home. */
static struct rule_entry *table_insert(struct rule_table *table, uint64_t pc_rule, uint16_t module)
{
        uint64_t home = (pc_rule >> RULE_BITS) * UINT64_C(0x9e3779b97f4a7c15) >> table->shift;
        for (unsigned i = 0; i < RULE_PROBES; ++i) {
                struct rule_entry *entry = &table->entries[home + i];
                uint16_t free = 0;
                if (!atomic_compare_exchange_strong(&entry->taken, &free, 1))
                        continue;
                entry->module = module;
                atomic_store_explicit(&entry->pc_rule, pc_rule, memory_order_release);
                atomic_fetch_add_explicit(&table->n_taken, 1, memory_order_relaxed);
                return entry;
        }
        return NULL;
}

static void table_clear(struct rule_table *table, uintptr_t start, uintptr_t end)
{
        for (uint32_t i = 0; i < table->n; ++i) {
                uint64_t pc_rule = rule_entry_load(&table->entries[i]);
                uintptr_t pc = rule_pc(pc_rule);
                if (pc > start && pc <= end) /* a return address may be one past the last instruction */
                        atomic_compare_exchange_strong(&table->entries[i].pc_rule, &pc_rule, pc_gone);
        }
}

/* Twice the size, unless another is at it. The table to go on with. */
static struct rule_table *table_grow(struct rule_table *old)
{
        unsigned log2 = 64 - old->shift + 1;
        if (log2 > LAST_LOG2 || atomic_flag_test_and_set(&growing))
                return old;
        if (atomic_load(&rule_table) == old) {
                uint32_t generation = atomic_load(&rule_generation);
                struct rule_table *fresh = table_new(log2);
                if (fresh)
                        pages_prepare(fresh, table_bytes(fresh->n));
                for (uint32_t i = 0; fresh && i < old->n; ++i) {
                        uint64_t pc_rule = rule_entry_load(&old->entries[i]);
                        if (pc_rule >> RULE_BITS != 0)
                                table_insert(fresh, pc_rule, old->entries[i].module);
                }
                if (fresh) {
                        atomic_store_explicit(&rule_table, fresh, memory_order_seq_cst);
                        if (atomic_load(&rule_generation) != generation)
                                table_clear(fresh, 0, UINTPTR_MAX);
                }
        }
        atomic_flag_clear(&growing);
        return atomic_load_explicit(&rule_table, memory_order_acquire);
}

/* The number of a wide rule, RULE_GENERAL when there is no room. Two of the same do no harm. */
static uint32_t wide_encode(const struct rule_wide *wide)
{
        static _Atomic(struct rule_wide *) first;
        struct rule_wide *wides = atomic_load_explicit(&first, memory_order_acquire);
        if (!wides) {
                struct rule_wide *fresh = pages_take(N_WIDES * sizeof *fresh);
                if (!fresh)
                        return RULE_GENERAL;
                if (atomic_compare_exchange_strong(&first, &wides, fresh))
                        wides = fresh;
                else
                        pages_give(fresh, N_WIDES * sizeof *fresh);
                __atomic_store_n(&rule_wides, wides, __ATOMIC_RELEASE);
        }
        uint32_t n = atomic_load_explicit(&n_wides, memory_order_acquire);
        for (uint32_t i = 0; i < n && i < N_WIDES; ++i) {
                const struct rule_wide *w = &wides[i];
                if (w->cfa_offset == wide->cfa_offset && w->fp_offset == wide->fp_offset &&
                    w->cfa_from_fp == wide->cfa_from_fp && w->cfa_in_memory == wide->cfa_in_memory &&
                    w->fp_saved == wide->fp_saved && w->return_offset == wide->return_offset)
                        return RULE_WIDE_FIRST + i;
        }
        n = atomic_fetch_add(&n_wides, 1);
        if (n >= N_WIDES)
                return RULE_GENERAL;
        wides[n] = *wide;
        return RULE_WIDE_FIRST + n;
}

/* Is the expression just "frame pointer + offset", then perhaps a load? */
static bool expression_is_fp(const struct cfi_row *row, int32_t at, bool load, int32_t *ret_offset)
{
        enum { OP_DEREF = 0x06, OP_BREG_FP = 0x70 + REGISTER_FP };
        struct bytes b = {row->origin + at, row->origin + at + 10, false};
        uint64_t length = bytes_uleb(&b);
        if (length > 8)
                return false;
        b.end = b.at + length;
        if (bytes_number(&b, 1) != OP_BREG_FP)
                return false;
        int64_t offset = bytes_sleb(&b);
        if (load && bytes_number(&b, 1) != OP_DEREF)
                return false;
        *ret_offset = (int32_t)offset;
        return !b.bad && bytes_left(&b) == 0 && offset == (int32_t)offset && offset % 8 == 0;
}

static bool wide_cfa(const struct cfi_row *row, struct rule_wide *wide)
{
        if (row->cfa_is_expression) {
                wide->cfa_from_fp = wide->cfa_in_memory = true;
                return expression_is_fp(row, row->cfa_offset, true, &wide->cfa_offset);
        }
        wide->cfa_offset = row->cfa_offset;
        wide->cfa_from_fp = row->cfa_register == REGISTER_FP;
        return row->cfa_register == REGISTER_FP || row->cfa_register == REGISTER_SP;
}

static bool wide_fp(const struct cfi_row *row, struct rule_wide *wide)
{
        switch (row->how[REGISTER_FP]) {
        case CFI_SAME:
        case CFI_UNDEFINED: wide->fp_saved = 0; return true;
        case CFI_AT_CFA:
                wide->fp_saved = 1;
                wide->fp_offset = row->value[REGISTER_FP];
                return wide->fp_offset % 8 == 0;
        case CFI_EXPRESSION:
                wide->fp_saved = 2;
                return expression_is_fp(row, row->value[REGISTER_FP], false, &wide->fp_offset);
        default: return false;
        }
}

/* Where a return address may be for rules of either kind. */
static bool is_return_place(int32_t offset)
{
#if defined __x86_64__
        return offset == -8;
#else
        return offset % 8 == 0;
#endif
}

/* The last field of a short rule; false where it cannot say it. */
static bool fp_place_encode(const struct rule_wide *wide, uint32_t *ret_below)
{
        uint32_t below = (uint32_t)-wide->fp_offset / 8;
#if defined __x86_64__
        *ret_below = wide->fp_saved ? below : 0;
        return wide->fp_saved == 0 || (wide->fp_saved == 1 && wide->fp_offset <= -16 && below < RULE_FP_SPECIAL);
#else
        *ret_below = wide->fp_offset == -wide->cfa_offset ? RULE_FP_BOTTOM : below;
        return wide->fp_saved == 1 && wide->return_offset == wide->fp_offset + 8 && wide->fp_offset <= -16 &&
               (*ret_below == RULE_FP_BOTTOM || below < RULE_FP_BOTTOM);
#endif
}

uint32_t rule_encode(const struct cfi_row *row)
{
        if (row->how[REGISTER_RETURN] == CFI_UNDEFINED)
                return RULE_OUTERMOST;
        if (row->signal_frame || row->how[REGISTER_SP] != CFI_SAME || row->how[REGISTER_RETURN] != CFI_AT_CFA ||
            !is_return_place(row->value[REGISTER_RETURN]))
                return RULE_GENERAL;
        struct rule_wide wide = {.return_offset = row->value[REGISTER_RETURN]};
        if (!wide_cfa(row, &wide) || !wide_fp(row, &wide))
                return RULE_GENERAL;
        uint32_t words = (uint32_t)wide.cfa_offset / 8, below;
        if (wide.cfa_in_memory || wide.cfa_offset < 8 || wide.cfa_offset % 8 != 0 || words > RULE_WORDS_MAX ||
            !fp_place_encode(&wide, &below))
                return wide_encode(&wide);
        return (uint32_t)wide.cfa_from_fp | words << 1 | below << RULE_FP_SHIFT;
}

struct rule_entry *rule_fill(uintptr_t pc, struct rule_entry *spare)
{
        uint32_t generation = atomic_load(&rule_generation);
        bool sane = pc >> PC_BITS == 0 && pc != 0;
        const struct module *module = sane ? module_find(pc - 1) : NULL;
        uint16_t index = module ? module->index : 0;
        struct rule_table *table = rule_table_get();
        struct cfi_row row;
        uint32_t rule = RULE_LOST;
        bool found = sane && cfi_find(module, pc - 1, &row) == CFI_FOUND;
        if (found)
                rule = rule_encode(&row);
        else if (signal_return_is(pc))
                rule = RULE_GENERAL;
        uint64_t pc_rule = rule_key(pc) | rule;
        struct rule_entry *entry = NULL;
        if ((module || found) && table) {
                if (atomic_load_explicit(&table->n_taken, memory_order_relaxed) > (table->n >> 1))
                        table = table_grow(table);
                entry = table_insert(table, pc_rule, index);
                if (entry && atomic_load(&rule_generation) != generation)
                        atomic_compare_exchange_strong(&entry->pc_rule, &pc_rule, pc_gone);
        }
        if (entry && rule_entry_load(entry) == pc_rule)
                return entry;
        atomic_store_explicit(&spare->pc_rule, rule_key(pc) | rule, memory_order_relaxed);
        spare->module = index;
        atomic_store_explicit(&spare->caller, 0, memory_order_relaxed);
        return spare;
}

void rule_forget(uintptr_t start, uintptr_t end)
{
        if (atomic_fetch_add(&rule_generation, 1) == UINT32_MAX)
                atomic_store(&rule_generation, 1);
        stamp_renew();
        struct rule_table *table = atomic_load(&rule_table);
        if (table)
                table_clear(table, start, end);
}

void rule_reset(void)
{
        atomic_flag_clear(&growing);
        rule_forget(0, UINTPTR_MAX);
}
