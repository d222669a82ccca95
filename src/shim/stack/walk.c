/* Walking over compiled code by short rules
 *
 * From the innermost frame outwards: look up the rule of the pc, compute the CFA, read the return address below it and
 * the caller's frame pointer where one was saved. Each cache entry remembers the entry of its caller last time; it is
 * taken for granted while the return address is still on its way from memory, and compared afterwards.
 *
 * At each frame the walk looks whether the remembered one has a frame with the same sp, pc and (where needed) fp. If so
 * the words that it depends on are verified. When all hold, the rest is known. When one does not, the frames before it
 * are as remembered; they are taken over, and the walk goes on from the one whose transition changed. Only their frame
 * pointers may be others (they need not have been checked), so they are read again.
 *
 * Very deep recursion: when a walk has WALK_FRAMES_MAX frames its outer half is dropped, and stays dropped as long as
 * walks meet the remaining part. So the cut does not wander with each call, and the cost of cutting is spread over
 * thousands of walks.
 */
#include "shim/stack/walk.h"

#include "shim/stack/rule.h"
#include "shim/stack/trie.h"

#include <stdatomic.h>

/* Addresses of programs end here; a rule entry has no room for more. */
static const uintptr_t PC_END = UINT64_C(1) << (64 - RULE_BITS);

static uintptr_t word_pc(uint64_t word) { return (uintptr_t)wire_word_value(word); }

/* From the remembered frame cursor-1, met now, whose checks hold down to (not with) number n_good - 1: take over all
 * frames whose transition holds, and go on from the next. */
static bool frames_take_over(struct walk *walk, uint32_t n_good)
{
        const struct frame *frames = walk->w->frames;
        uint32_t broken = walk->cursor; /* frames[broken - 1]: the youngest whose checks are not all below n_good */
        while (broken > 1 && frames[broken - 2].n_checks >= n_good)
                --broken;
        uint32_t n = walk->cursor - broken;
        if (!memo_reserve_fresh(walk->level, walk->n + n))
                return false;
        for (uint32_t i = 0; i < n; ++i) {
                struct frame *f = &walk->level->fresh[walk->n + i];
                *f = frames[walk->cursor - 1 - i];
                f->fp = walk->fp;
                if (f->fp_slot)
                        walk->fp = *(const uintptr_t *)f->fp_slot;
        }
        walk->n += n;
        walk->pc = word_pc(frames[broken - 1].word);
        walk->sp = frames[broken - 1].sp;
        walk->cursor = broken - 1;
        return true;
}

/* Is the remembered frame cursor-1 the one we are at? */
static inline bool frame_is_met(const struct walk *walk, uintptr_t pc, uintptr_t sp, uintptr_t fp)
{
        const struct frame *f = &walk->w->frames[walk->cursor - 1];
        return f->sp == sp && word_pc(f->word) == pc && (!f->needs_fp || f->fp == fp);
}

/* What a wide rule says: *ret_cfa, and into the frame where things were read from. */
static bool wide_apply(const struct rule_wide *rule, struct walk *walk, struct frame *f, uintptr_t *ret_cfa)
{
        uintptr_t base = (rule->cfa_from_fp ? f->fp : f->sp) + (uintptr_t)(intptr_t)rule->cfa_offset;
        f->uses_fp = rule->cfa_from_fp || rule->fp_saved == 2;
        if (rule->cfa_in_memory) {
                f->cfa_slot = base;
                if (base % 8 != 0 || (!reach_holds(&walk->reach, base) && !reach_extend(&walk->reach, base)))
                        return false;
                base = *(const uintptr_t *)base;
        }
        *ret_cfa = base;
        if (rule->fp_saved == 0)
                return true;
        f->fp_slot = (rule->fp_saved == 1 ? base : f->fp) + (uintptr_t)(intptr_t)rule->fp_offset;
        return f->fp_slot % 8 == 0 &&
               (reach_holds(&walk->reach, f->fp_slot) || reach_extend(&walk->reach, f->fp_slot));
}

/* From frame *f to the caller by `rule`, which is not special. False: the CFA makes no sense here. */
static inline bool frame_step(struct walk *walk, struct frame *f, uint32_t rule, uintptr_t *ret_cfa)
{
        uintptr_t cfa;
        f->fp_slot = 0;
        f->cfa_slot = 0;
        if (likely(rule < RULE_PLAIN_END)) {
                f->uses_fp = rule & 1;
                cfa = (rule & 1 ? f->fp : f->sp) + (rule >> 1 & RULE_WORDS_MAX) * 8;
                uintptr_t below = rule >> RULE_FP_SHIFT;
                /* At most 14 words below a CFA that is above sp: no lower than our own frames. */
                if (below)
                        f->fp_slot = cfa - below * 8;
        } else if (!wide_apply(&rule_wides[rule - RULE_WIDE_FIRST], walk, f, &cfa)) {
                return false;
        }
        *ret_cfa = cfa;
        return cfa > f->sp && cfa % 8 == 0 &&
               (likely(reach_holds(&walk->reach, cfa - 8)) || reach_extend(&walk->reach, cfa - 8));
}

static enum walk_end special_end(struct walk *walk, const struct rule_entry *entry, uint32_t rule)
{
        walk->lost_outside = entry->module == 0;
        return rule == RULE_OUTERMOST ? WALK_OUTERMOST : rule == RULE_LOST ? WALK_LOST : WALK_ODD;
}

/* The entry of `pc`: the one that was right last time, or found, or made. */
static inline struct rule_entry *entry_next(struct rule_table *table, struct rule_entry *callee, uintptr_t pc,
                                            struct rule_entry *spare, uint64_t *ret_pc_rule)
{
        uint32_t hint = callee ? atomic_load_explicit(&callee->caller, memory_order_relaxed) : 0;
        struct rule_entry *entry = &table->entries[hint < table->n ? hint : 0];
        *ret_pc_rule = rule_entry_load(entry);
        if (likely(*ret_pc_rule >> RULE_BITS == pc))
                return entry;
        entry = rule_find(table, pc);
        if (!entry)
                entry = rule_fill(pc, spare);
        else if (callee)
                atomic_store_explicit(&callee->caller, (uint32_t)(entry - table->entries), memory_order_relaxed);
        *ret_pc_rule = rule_entry_load(entry);
        return entry;
}

static enum walk_end frames_run(struct walk *walk)
{
        struct rule_table *table = rule_table_get();
        struct rule_entry spare = {0}, *entry = NULL;
        uintptr_t pc = walk->pc, sp = walk->sp, fp = walk->fp;
        if (!table)
                return WALK_NO_MEMORY;
        for (;;) {
                while (walk->cursor > 0 && walk->w->frames[walk->cursor - 1].sp < sp)
                        --walk->cursor;
                if (walk->cursor > 0 && frame_is_met(walk, pc, sp, fp)) {
                        uint32_t n = walk->w->frames[walk->cursor - 1].n_checks;
                        uint32_t n_held = walk_verify(walk->w->checks, n);
                        if (n_held == n)
                                return WALK_MET;
                        walk->fp = fp;
                        if (!frames_take_over(walk, n - n_held))
                                return WALK_NO_MEMORY;
                        pc = walk->pc, sp = walk->sp, fp = walk->fp;
                        entry = NULL;
                }
                if (walk->n >= WALK_FRAMES_MAX)
                        return WALK_DEEP;
                if (unlikely(walk->n >= walk->level->max_fresh) && !memo_reserve_fresh(walk->level, walk->n + 1))
                        return WALK_NO_MEMORY;
                uint64_t pc_rule;
                entry = entry_next(table, entry == &spare ? NULL : entry, pc, &spare, &pc_rule);
                uint32_t rule = pc_rule & RULE_MASK;
                struct frame *f = &walk->level->fresh[walk->n++];
                *f = (struct frame){.word = wire_word(entry->module, pc), .sp = sp, .fp = fp};
                if (unlikely(rule >= RULE_PLAIN_END && rule < RULE_WIDE_FIRST))
                        return special_end(walk, entry, rule);
                if (unlikely(!frame_step(walk, f, rule, &sp)))
                        return WALK_ODD;
                if (f->fp_slot)
                        fp = *(const uintptr_t *)f->fp_slot;
                pc = ((const uintptr_t *)sp)[-1];
                if (unlikely(pc - 1 >= PC_END - 1)) {
                        walk->end_sp = sp;
                        return pc == 0 ? WALK_OUTERMOST : WALK_ODD;
                }
        }
}

enum walk_end walk_run(struct walk *walk)
{
        struct walk begin = *walk;
        if (walk->sp % 8 != 0 || walk->pc == 0 || walk->pc >= PC_END)
                return WALK_ODD;
        enum walk_end end = frames_run(walk);
        if (end == WALK_MET && walk->cursor + walk->n > WALK_FRAMES_MAX) {
                /* Its fresh frames alone are to be cut, so have them all. */
                *walk = begin;
                walk->cursor = 0;
                end = frames_run(walk);
        }
        return end;
}

static void check_add(struct walked *w, uintptr_t slot, uint64_t value)
{
        w->checks[w->n_checks++] = (struct check){(const uint64_t *)slot, value};
}

/* Put *fresh on top of the remembered frames, and what its transition to `older` read on top of the checks. Verifying
 * goes backwards: what an address depends on is entered last. NULL: nothing was read. */
static inline void frame_keep(struct walked *w, const struct frame *fresh, const struct frame *older)
{
        struct frame *f = &w->frames[w->n_frames++];
        *f = *fresh;
        bool older_needs_fp = older && older->needs_fp;
        f->needs_fp = f->uses_fp || (!f->fp_slot && older_needs_fp);
        if (older) {
                check_add(w, older->sp - 8, word_pc(older->word));
                if (f->fp_slot && older_needs_fp)
                        check_add(w, f->fp_slot, older->fp);
                if (f->cfa_slot)
                        check_add(w, f->cfa_slot, older->sp);
        }
        f->n_checks = w->n_checks;
}

/* The node of the innermost `limit` remembered frames. */
static uint32_t frames_intern(const struct walked *w, uint32_t limit)
{
        uint32_t node = w->bottom, from = 0;
        if (w->n_frames > limit) {
                from = w->n_frames - limit;
                node = trie_step(0, wire_word(WIRE_TAG_CUT, 0));
        }
        for (uint32_t i = from; i < w->n_frames; ++i) {
                node = trie_step(node, w->frames[i].word);
                if (node == 0)
                        return 0;
        }
        return node;
}

/* What the remembered walk stands on when no older part of it was kept. */
static uint32_t bottom_of(enum walk_end end)
{
        switch (end) {
        case WALK_LOST: return trie_step(0, wire_word(WIRE_TAG_END, 0));
        case WALK_DEEP: return trie_step(0, wire_word(WIRE_TAG_CUT, 0));
        default: return 0;
        }
}

uint32_t walk_keep(struct walk *walk, enum walk_end end, const struct stack_start *start, uint32_t limit)
{
        struct walked *w = walk->w;
        if (end != WALK_MET)
                walk->cursor = 0;
        if (end == WALK_DEEP && walk->n > WALK_FRAMES_MAX / 2)
                walk->n = WALK_FRAMES_MAX / 2;
        w->stamp = 0;
        uint32_t base = walk->cursor;
        w->n_checks = base ? w->frames[base - 1].n_checks : 0;
        w->n_frames = base;
        if (!memo_reserve(w, base + walk->n, w->n_checks + 3 * walk->n))
                return 0;
        if (base == 0) {
                w->bottom = bottom_of(end);
                w->lost_pc = end == WALK_LOST && walk->lost_outside ? word_pc(walk->level->fresh[walk->n - 1].word) : 0;
        }
        struct frame ending = {.sp = walk->end_sp};
        const struct frame *older = base ? &w->frames[base - 1] : end == WALK_OUTERMOST && walk->end_sp ? &ending : NULL;
        uint32_t node = base ? older->node : w->bottom;
        for (uint32_t i = walk->n; i-- > 0;) {
                frame_keep(w, &walk->level->fresh[i], older);
                struct frame *f = &w->frames[w->n_frames - 1];
                if (limit == 0) {
                        node = trie_step(node, f->word);
                        if (unlikely(node == 0))
                                return 0;
                        f->node = node;
                }
                older = f;
        }
        if (limit != 0)
                node = frames_intern(w, limit);
        const struct frame *leaf = &w->frames[w->n_frames - 1];
        w->fp_mask = leaf->needs_fp ? ~(uintptr_t)0 : 0;
        w->pc = start->pc;
        w->sp = start->sp;
        w->fp = start->fp & w->fp_mask;
        w->node = node;
        w->allocator_word = 0;
        return node;
}
