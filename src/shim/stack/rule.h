/* Unwind rules, boiled down and remembered
 *
 * Of all that the tables say about an address, a walk over compiled code needs three things: where the caller's frame
 * begins (the CFA), where the return address is and where the caller's frame pointer was saved. In nearly all code they
 * fit into 17 bits; return addresses have 47 on x86-64, 48 of which two are zero on AArch64. Together they are one
 * word, so that a rule is read and written whole, whoever else writes.
 *
 *      bit  0      the CFA is the frame pointer (1) or the stack pointer (0) ...
 *      bits 1-12   ... plus this many words
 *      bits 13-16  the caller's frame pointer is saved this many words below the CFA, 2..14; 0 = the frame keeps it
 *
 * On x86-64 the return address is the word below the CFA. On AArch64 it is the one above the saved frame pointer
 * (AAPCS64 6.4.6, the frame record), and 14 in the last field says that this record is where the CFA is counted from,
 * at the bottom of the frame; a frame that saves one without the other needs a wide rule.
 *
 * 15 in the last field: bits 0-12 are one of enum rule_special, or the number of a wide rule.
 */
#ifndef UNFREED_SHIM_STACK_RULE_H
#define UNFREED_SHIM_STACK_RULE_H

#include "shim/stack/cfi.h"
#include "shim/stack/registers.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
        RULE_BITS = 17,
        RULE_MASK = (1 << RULE_BITS) - 1,
        RULE_WORDS_MAX = 0xfff,
        RULE_FP_SHIFT = 13,
        RULE_FP_BOTTOM = 14, /* AArch64 */
        RULE_FP_SPECIAL = 15,
        RULE_PLAIN_END = RULE_FP_SPECIAL << RULE_FP_SHIFT, /* below: not special */
};

enum rule_special {
        RULE_OUTERMOST = RULE_PLAIN_END, /* nobody called it */
        RULE_LOST,                       /* the tables do not say, or make no sense */
        RULE_GENERAL,                    /* see general.h */
        RULE_GONE,                       /* a place in the cache whose code was unloaded; goes with address 0 */
        RULE_WIDE_FIRST,
};

/* What does not fit: large frames, and functions that realign their stack. Those keep the CFA in memory and save the
 * frame pointer relative to itself. */
struct rule_wide {
        int32_t cfa_offset, fp_offset;
        int32_t return_offset; /* the return address is at CFA + this */
        bool cfa_from_fp;  /* else from the stack pointer */
        bool cfa_in_memory; /* the CFA is what the word there says */
        uint8_t fp_saved;   /* 0 not, 1 at CFA + fp_offset, 2 at fp + fp_offset */
};

/* An address and its rule. Written once; cleared when its module goes.
 * `pc_rule` is stored last (release) and loaded first (acquire): the other members are right when it is. */
struct rule_entry {
        _Atomic uint64_t pc_rule; /* 0 = free */
        _Atomic uint32_t caller;  /* where the entry of its caller was last time, in bytes from the table's start */
        _Atomic uint16_t taken;   /* somebody is about to write it, or has */
        uint16_t module;
};
_Static_assert(sizeof(struct rule_entry) == 16, "four entries to a cache line");

enum { RULE_PROBES = 8 };

/* 2^(64 - shift) entries and RULE_PROBES more. */
struct rule_table {
        uint64_t zero; /* what an entry that has no caller yet refers to: no address */
        unsigned shift;
        uint32_t n;
        _Atomic uint32_t n_taken;
        char pad[44];
        struct rule_entry entries[];
};
_Static_assert(sizeof(struct rule_table) == 64, "entries begin on a cache line");

#pragma GCC visibility push(hidden)
extern _Atomic(struct rule_table *) rule_table;
extern struct rule_wide *rule_wides;

/* Bumped when a module was unloaded: what was walked before may not hold any more. Never 0. */
extern _Atomic uint32_t rule_generation;
#pragma GCC visibility pop

/* An address as it stands in an entry, above its rule; and back. */
static inline uint64_t rule_key(uintptr_t pc) { return (uint64_t)(pc >> PC_SHIFT) << RULE_BITS; }
static inline uintptr_t rule_pc(uint64_t pc_rule) { return (uintptr_t)(pc_rule >> RULE_BITS) << PC_SHIFT; }

static inline uint64_t rule_entry_load(const struct rule_entry *entry)
{
        return atomic_load_explicit(&entry->pc_rule, memory_order_acquire);
}

/* Remember that *entry, in this table, is what a call from *callee's caller found; nothing is remembered where *callee is
 * elsewhere. */
static inline void rule_link(struct rule_table *table, struct rule_entry *callee, const struct rule_entry *entry)
{
        if ((size_t)((char *)callee - (char *)table) < sizeof *table + (size_t)table->n * sizeof *entry)
                atomic_store_explicit(&callee->caller, (uint32_t)((const char *)entry - (const char *)table),
                                      memory_order_relaxed);
}

/* What was remembered so: perhaps of another address, perhaps the empty head of the table. */
static inline struct rule_entry *rule_linked(struct rule_table *table, const struct rule_entry *callee)
{
        return (struct rule_entry *)((char *)table + atomic_load_explicit(&callee->caller, memory_order_relaxed));
}

/* Where the entry of an address is, or near where. */
static inline struct rule_entry *rule_home(struct rule_table *table, uintptr_t pc)
{
        return &table->entries[(pc >> PC_SHIFT) * UINT64_C(0x9e3779b97f4a7c15) >> table->shift];
}

static inline struct rule_entry *rule_find(struct rule_table *table, uintptr_t pc)
{
        struct rule_entry *entry = rule_home(table, pc);
        for (unsigned i = 0; i < RULE_PROBES; ++i) {
                uint64_t pc_rule = rule_entry_load(&entry[i]);
                if (rule_pc(pc_rule) == pc)
                        return &entry[i];
                if (pc_rule == 0)
                        break;
        }
        return NULL;
}

/* Make the rule of a return address, and remember it where that is right: "no rule" outside all modules is not, since
 * code may come there. Then, and when there is no memory, *spare is filled and returned. ~1 µs. */
struct rule_entry *rule_fill(uintptr_t pc, struct rule_entry *spare);

/* What a row comes down to, without regard to memory: a rule of 17 bits. */
uint32_t rule_encode(const struct cfi_row *row);

/* The table, made at first use; NULL when there is no memory. */
struct rule_table *rule_table_make(void);

static inline struct rule_table *rule_table_get(void)
{
        struct rule_table *table = atomic_load_explicit(&rule_table, memory_order_acquire);
        return __builtin_expect(table != NULL, 1) ? table : rule_table_make();
}

/* Code between these addresses was unloaded. */
void rule_forget(uintptr_t start, uintptr_t end);

/* Forget everything (the modules' numbers changed). Other threads do not exist then. */
void rule_reset(void);

#endif
