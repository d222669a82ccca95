/* Walking over compiled code by short rules
 *
 * From the innermost frame outwards: look up the rule of the pc, compute the CFA, read the return address below it and
 * the caller's frame pointer where one was saved. Each rule entry remembers the entry of its caller last time; it is
 * taken for granted while the return address is still on its way from memory, and compared afterwards.
 *
 * At each frame the walk looks whether the remembered one has a frame with the same sp, pc and (where needed) fp. If so
 * the words that it depends on are verified. When all hold, the rest is known. When one does not, the frames before it
 * are as remembered; they are taken over, and the walk goes on from the one whose transition changed. Only their frame
 * pointers may be others (they need not have been checked), so they are read again.
 *
 * What was found lies in level->fresh, leaf first. Then it is put on top of what is kept of the remembered walk, from
 * the root side, which is the order in which the trie is descended and in which it shows who needs a frame pointer.
 *
 * Very deep recursion: when a walk has more frames than are kept its outer half is dropped, and stays dropped as long as
 * walks meet the remaining part and more than a quarter is left. So the cut does not wander with each call, and the cost
 * of cutting is spread over hundreds of walks. How many are kept: all, but where a program allocates again and again far
 * down, going through all of them each time would make each call as dear as it is deep. So a thread has a credit of
 * frames for deep stacks, and when that is spent, fewer are kept.
 */
#include "shim/stack/walk.h"

#include "shim/stack/draft.h"
#include "shim/stack/made.h"
#include "shim/stack/module.h"
#include "shim/stack/rule.h"
#include "shim/stack/trie.h"
#include "shim/stack/twig.h"

#include <stdatomic.h>

/* Addresses of programs end here; a rule entry has no room for more. */
static const uintptr_t PC_END = UINT64_C(1) << PC_BITS;

enum end {
        END_MET,       /* the remembered walk goes on from here, and holds */
        END_OUTERMOST, /* nobody called the last frame */
        END_LOST,      /* no rule for the last frame */
        END_DEEP,      /* too many frames */
        END_ODD,
        END_NO_MEMORY,
};

struct walk {
        struct memo_level *level;
        struct walked *w; /* its trunk */
        struct reach *reach;
        struct draft_ring *drafts; /* where frames go that the trie does not have; NULL = into the trie */
        uint32_t n;         /* frames in level->fresh */
        struct frame *base; /* the youngest frame of *w that is kept */
        uintptr_t end_sp;   /* a zero return address below here ended the walk; 0 = not so */
        uintptr_t lost_pc;  /* END_LOST, and this last frame is in no module; 0 = not so */
};

/* The frame that a walk is at, or comes to. */
struct at {
        uintptr_t pc, sp, fp;
};

static inline uintptr_t word_pc(uint64_t word) { return (uintptr_t)wire_word_value(word); }

static inline uintptr_t load(uintptr_t address) { return *(const volatile uintptr_t *)address; }

/* No program's code is there. */
static inline bool is_odd_pc(uintptr_t pc) { return pc - 1 >= PC_END - 1 || (PC_SHIFT && pc % (1 << PC_SHIFT)); }

/* Where the return address of *f is, whose CFA is `cfa`. */
static inline uintptr_t return_slot(const struct frame *f, uintptr_t cfa)
{
#if defined __x86_64__
        return cfa - 8;
#else
        return f->return_slot;
#endif
}

/* Is the remembered frame the one we are at? */
static inline bool frame_is_met(const struct frame *f, const struct at *at)
{
        return f->sp == at->sp && (f->word ^ at->pc) << (64 - WIRE_WORD_TAG_SHIFT) == 0 &&
               (!(f->flags & FRAME_NEEDS_FP) || f->fp == at->fp);
}

/* Fresh frames may be stored up to here. */
static inline const struct frame *fresh_end(const struct memo_level *level)
{
        return level->fresh + (level->max_fresh < level->frames_most ? level->max_fresh : level->frames_most);
}

/* From the remembered frame `met`, whose checks hold but for the first n_left: take over all frames whose transition
 * holds, to *f and on; *at becomes the next, which is returned. Where there is no room for them all the younger ones
 * are taken, and the walk goes on from the first that was not. */
static struct frame *frames_take_over(struct memo_level *level, struct frame *met, uint32_t n_left, struct at *at,
                                      struct frame **f)
{
        const struct frame *broken = met; /* the oldest whose checks are not all among the n_left - 1 oldest */
        while ((broken[-1].flags & FRAME_CHECKS) >= n_left)
                --broken;
        uint32_t n = (uint32_t)(*f - level->fresh);
        memo_reserve_fresh(level, n + (uint32_t)(met - broken));
        struct frame *fresh = level->fresh + n;
        const struct frame *full = fresh_end(level);
        for (; met > broken && fresh < full; --met, ++fresh) {
                *fresh = *met;
                fresh->fp = at->fp;
                if (met->fp_slot)
                        at->fp = load(met->fp_slot);
        }
        at->pc = word_pc(met->word);
        at->sp = met->sp;
        *f = fresh;
        return met;
}

/* Frames up to `sp` were taken over without asking for the pages in between: go on from there only. The last word that
 * was compared is the return address, on x86-64 the one below `sp`. */
static void reach_move(struct reach *reach, uintptr_t sp)
{
        reach->low = sp;
#if defined __x86_64__
        reach->limit = reach_page_end(sp);
#else
        reach->limit = sp;
#endif
}

/* What a wide rule says: the CFA, and into the frame where things were read from. 0: it makes no sense here. */
static __attribute__((noinline)) uintptr_t wide_apply(const struct rule_wide *rule, struct reach *reach, struct frame *f)
{
        uintptr_t base = (rule->cfa_from_fp ? f->fp : f->sp) + (uintptr_t)(intptr_t)rule->cfa_offset;
        f->fp_slot = 0;
        f->flags = rule->cfa_from_fp || rule->fp_saved == 2 ? FRAME_USES_FP : 0;
        if (rule->cfa_in_memory) {
                f->flags |= FRAME_CFA_SLOT;
                f->cfa_slot = base;
                if (base % 8 != 0 || (!reach_holds(reach, base) && !reach_extend(reach, base)))
                        return 0;
                base = load(base);
        }
#if !defined __x86_64__
        f->return_slot = base + (uintptr_t)(intptr_t)rule->return_offset;
        if (!reach_holds(reach, f->return_slot) && !reach_extend(reach, f->return_slot))
                return 0;
#endif
        if (rule->fp_saved == 0)
                return base;
        f->fp_slot = (rule->fp_saved == 1 ? base : f->fp) + (uintptr_t)(intptr_t)rule->fp_offset;
        return f->fp_slot % 8 == 0 && (reach_holds(reach, f->fp_slot) || reach_extend(reach, f->fp_slot)) ? base : 0;
}

/* The same for a short rule. */
static inline uintptr_t plain_apply(uint32_t rule, struct frame *f, const struct at *at)
{
        uintptr_t words = rule >> 1 & RULE_WORDS_MAX, below = rule >> RULE_FP_SHIFT;
        uintptr_t cfa = (rule & 1 ? at->fp : at->sp) + words * 8;
        f->flags = (rule & 1) * FRAME_USES_FP;
#if defined __x86_64__
        /* At most 14 words below a CFA that is above sp: no lower than our own frames. */
        f->fp_slot = below ? cfa - below * 8 : 0;
#else
        f->fp_slot = below == RULE_FP_BOTTOM ? cfa - words * 8 : cfa - below * 8;
        f->return_slot = f->fp_slot + 8;
        if (f->fp_slot < at->sp || f->return_slot >= cfa)
                return 0;
#endif
        return cfa;
}

static enum end special_end(uint32_t rule, struct frame *f)
{
        f->fp_slot = f->flags = 0;
        return rule == RULE_OUTERMOST ? END_OUTERMOST : rule == RULE_LOST ? END_LOST : END_ODD;
}

/* From frame *f, which is *at, to its caller by `rule`: END_MET, and *at is the caller. Or *f is the last one, or it makes
 * no sense. */
static inline enum end frame_step(struct reach *reach, struct frame *f, uint32_t rule, struct at *at)
{
        uintptr_t cfa;
        if (likely(rule < RULE_PLAIN_END))
                cfa = plain_apply(rule, f, at);
        else if (rule >= RULE_WIDE_FIRST)
                cfa = wide_apply(&rule_wides[rule - RULE_WIDE_FIRST], reach, f);
        else
                return special_end(rule, f);
        if (unlikely(cfa % 8 != 0))
                return END_ODD;
        /* sp < cfa <= limit, in one comparison */
        if (unlikely(cfa - at->sp - 1 >= reach->limit - at->sp) && (cfa <= at->sp || !reach_extend(reach, cfa - 8)))
                return END_ODD;
        at->sp = cfa;
        if (f->fp_slot)
                at->fp = load(f->fp_slot);
        at->pc = return_address_strip(load(return_slot(f, cfa)));
        return END_MET;
}

/* The entry of `pc`: found, or made. For `callee` this is what comes next time. */
static __attribute__((noinline)) struct rule_entry *entry_find(struct rule_table *table, struct rule_entry *callee,
                                                               uintptr_t pc, struct rule_entry *spare)
{
        struct rule_entry *entry = rule_find(table, pc);
        if (!entry)
                return rule_fill(pc, spare);
        rule_link(table, callee, entry);
        return entry;
}

/* Room for one more fresh frame at `f`, the end of those there are; NULL = none. */
static __attribute__((noinline)) struct frame *fresh_grow(struct memo_level *level, const struct frame *f)
{
        uint32_t n = (uint32_t)(f - level->fresh);
        return n < level->frames_most && memo_reserve_fresh(level, n + 1) ? level->fresh + n : NULL;
}

/* What the loop of frames_run() goes round with. In locals of its own: it stores into frames, which might otherwise be
 * any of it. */
struct run {
        struct rule_table *table;
        struct rule_entry *callee; /* the entry of the frame before; NULL = not known */
        struct rule_entry *entry;  /* that of this one, a guess */
};

/* Nothing is known of who called whom: guess by the address. */
static inline void run_begin(struct run *run, uintptr_t pc)
{
        run->callee = NULL;
        run->entry = rule_home(run->table, pc);
}

/* The word of the frame at `pc`; *ret_rule. */
static inline uint64_t run_rule(struct run *run, uintptr_t pc, struct rule_entry *spare, uint32_t *ret_rule)
{
        struct rule_entry *entry = run->entry;
        uint64_t pc_rule = rule_entry_load(entry);
        if (unlikely(rule_pc(pc_rule) != pc)) {
                entry = entry_find(run->table, run->callee, pc, spare);
                pc_rule = rule_entry_load(entry);
        }
        run->callee = entry;
        run->entry = rule_linked(run->table, entry);
        *ret_rule = pc_rule & RULE_MASK;
        return wire_word(entry->module, pc);
}

/* The remembered frame *met, whose checks hold but for the first n_left, is the next one: go on behind what is as it was.
 * Returns the next frame that may be met. */
static inline struct frame *run_take_over(struct run *run, struct memo_level *level, struct frame *met, uint32_t n_left,
                                          struct at *at, struct reach *reach, struct frame **f)
{
        met = frames_take_over(level, met, n_left, at, f);
        if (unlikely(at->sp > reach->limit))
                reach_move(reach, at->sp);
        run_begin(run, at->pc);
        return met - 1;
}

/* Walk until something is met or the stack ends; walk->n is 0. *met: the innermost of the remembered frames that may be
 * met. */
static enum end frames_run(struct walk *walk, const struct stack_start *start, struct frame *met)
{
        struct memo_level *level = walk->level;
        struct rule_entry spare;
        struct run run = {.table = rule_table_get()};
        struct at at = {start->pc, start->sp, start->fp};
        const volatile struct reach *begun = walk->reach; /* volatile: see frame_keep() */
        struct reach reach = {.low = begun->low, .limit = begun->limit, .own = begun->own};
        struct frame *f = level->fresh;
        const struct frame *full = fresh_end(level);
        enum end end = END_MET;
        if (unlikely(!run.table))
                return END_NO_MEMORY;
        run_begin(&run, at.pc);
        while (end == END_MET) {
                while (met->sp < at.sp)
                        --met;
                if (frame_is_met(met, &at)) {
                        uint32_t n_left = walk_verify(walk->w->checks, met->flags & FRAME_CHECKS);
                        if (likely(n_left == 0)) {
                                walk->base = met;
                                break;
                        }
                        met = run_take_over(&run, level, met, n_left, &at, &reach, &f);
                        full = fresh_end(level);
                }
                if (unlikely(f == full)) {
                        struct frame *moved = fresh_grow(level, f);
                        if (!moved) {
                                end = f == level->fresh + level->frames_most ? END_DEEP : END_NO_MEMORY;
                                break;
                        }
                        f = moved;
                        full = fresh_end(level);
                }
                uint32_t rule;
                f->word = run_rule(&run, at.pc, &spare, &rule);
                f->sp = at.sp;
                f->fp = at.fp;
                end = frame_step(&reach, f, rule, &at);
                f += end != END_ODD;
                if (likely(end == END_MET) && unlikely(is_odd_pc(at.pc))) {
                        walk->end_sp = at.sp;
                        end = at.pc == 0 ? END_OUTERMOST : END_ODD;
                }
        }
        if (end == END_LOST && run.callee == &spare)
                walk->lost_pc = at.pc;
        walk->n = (uint32_t)(f - level->fresh);
        return end;
}

static inline struct check *check_add(struct check *c, uintptr_t slot, uint64_t value)
{
        *c = (struct check){(const uint64_t *)slot, value};
        return c + 1;
}

/* That *fresh, to be kept as *f, returns to older_pc. */
static inline struct check *return_check_add(struct check *c, struct frame *f, const struct frame *fresh,
                                             uintptr_t older_sp, uintptr_t older_pc)
{
#if defined __x86_64__
        return check_add(c, older_sp - 8, older_pc);
#else
        f->return_slot = fresh->return_slot;
        uintptr_t word = load(f->return_slot); /* signed, perhaps */
        return check_add(c, f->return_slot, return_address_strip(word) == older_pc ? word : older_pc);
#endif
}

/* Keep *fresh as *f on top of f[-1], whose sp and pc are given; with what its transition read, if that read anything.
 * Verifying goes backwards: what an address depends on is entered last. Returns the end of the checks. */
static inline struct check *frame_keep(struct frame *f, const struct frame *fresh, bool reads, uintptr_t older_sp,
                                       uintptr_t older_pc, struct check *c, const struct check *checks)
{
        uint32_t flags = fresh->flags & (FRAME_USES_FP | FRAME_CFA_SLOT);
        bool older_needs_fp = f[-1].flags & FRAME_NEEDS_FP;
        /* Member by member, as they were just stored: a wider load would have to wait for all of them to leave the
         * store buffer. `volatile` keeps the compiler from making one. */
        const volatile struct frame *just = fresh;
        f->word = just->word;
        f->sp = just->sp;
        f->fp = just->fp;
        f->fp_slot = just->fp_slot;
        if (reads)
                c = return_check_add(c, f, fresh, older_sp, older_pc);
        if (older_needs_fp && f->fp_slot)
                c = check_add(c, f->fp_slot, f[-1].fp);
        else if (older_needs_fp)
                flags |= FRAME_NEEDS_FP;
        if (flags & FRAME_USES_FP)
                flags |= FRAME_NEEDS_FP;
        if (unlikely(flags & FRAME_CFA_SLOT)) {
                f->cfa_slot = just->cfa_slot;
                if (reads)
                        c = check_add(c, f->cfa_slot, older_sp);
        }
        f->flags = flags | (uint32_t)(c - checks);
        return c;
}

/* Is the frame that stood at f, when it stood there last, the same, and on the same? Then so is all that follows from
 * it: its rule, its node, its place among the checks. (Where the CFA is kept in memory this is not looked into.) */
static inline bool frame_is_back(const struct frame *f, const struct frame *fresh)
{
        return f->word == fresh->word && f->sp == fresh->sp && f->below == f[-1].serial && f->had != 0 &&
               !(f->flags & FRAME_CFA_SLOT) && (!(f->flags & FRAME_NEEDS_FP) || f->fp == fresh->fp);
}

/* Nothing of the remembered walk is kept: what the new one stands on. */
static uint32_t bottom_make(struct walk *walk, enum end end, uint32_t serial)
{
        struct frame *bottom = &walk->w->frames[0];
        unsigned tag = end == END_LOST ? WIRE_TAG_END : end == END_DEEP ? WIRE_TAG_CUT : 0;
        bottom->node = tag ? trie_step(0, wire_word(tag, 0)) : 0;
        bottom->flags = 0;
        bottom->serial = serial;
        walk->w->lost_pc = walk->lost_pc;
        walk->w->is_cut = end == END_DEEP;
        if (end == END_LOST)
                arena_drop(WIRE_DROP_WALKS);
        return bottom->node;
}

static bool frames_reserve(struct walk *walk, uint32_t n_checks)
{
        struct walked *w = walk->w;
        uint32_t base = (uint32_t)(walk->base - w->frames);
        if (likely(base + walk->n < w->max_frames && n_checks + 3 * walk->n <= w->max_checks))
                return true;
        if (!memo_reserve(walk->level, base + walk->n, n_checks + 3 * walk->n))
                return false;
        walk->base = w->frames + base;
        return true;
}

static inline uint32_t node_step(const struct walk *walk, uint32_t parent, uint64_t word)
{
        return likely(!walk->drafts) ? trie_step(parent, word) : draft_step(walk->drafts, parent, word);
}

/* Is this number of a frame one that cannot be built upon? */
static inline bool node_is_stale(const struct walk *walk, uint32_t node)
{
        return unlikely(draft_is(node)) && !(walk->drafts && draft_is_near(walk->drafts, node));
}

/* Give the kept frames numbers that can be built upon. The youngest's; 0 = the trie is full. */
static __attribute__((noinline)) uint32_t base_renew(const struct walk *walk)
{
        struct frame *f = walk->base;
        while (node_is_stale(walk, f->node))
                --f;
        uint32_t node = f->node;
        while (node && f++ < walk->base) {
                node = node_step(walk, node, f->word);
                f->node = node;
        }
        return node;
}

/* Put the fresh frames on the kept ones. The node of the innermost, 0 = no memory, or (with nodes) the trie is full. */
static bool frames_keep(struct walk *walk, enum end end, bool with_nodes)
{
        struct walked *w = walk->w;
        bool anew = walk->base == w->frames;
        uint32_t n_checks = anew ? 0 : walk->base->flags & FRAME_CHECKS;
        if (unlikely(!frames_reserve(walk, n_checks)))
                return false;
        uint32_t serial = memo_serial(walk->level);
        uint32_t node = likely(!anew) ? walk->base->node : bottom_make(walk, end, serial);
        if (with_nodes && unlikely(node_is_stale(walk, node)) && (node = base_renew(walk)) == 0)
                return false;
        struct check *checks = w->checks, *c = checks + n_checks;
        struct frame *f = walk->base;
        const struct frame *first = walk->level->fresh, *fresh = first + walk->n;
        uintptr_t older_sp = likely(!anew) ? f->sp : walk->end_sp;
        uintptr_t older_pc = likely(!anew) ? word_pc(f->word) : 0;
        bool reads = older_sp != 0;
        while (fresh-- > first) {
                bool is_back = frame_is_back(++f, fresh);
                c = frame_keep(f, fresh, reads, older_sp, older_pc, c, checks);
                older_sp = f->sp;
                older_pc = word_pc(f->word);
                reads = true;
                if (is_back) {
                        f->serial = f->had;
                        if (likely(!node_is_stale(walk, f->node))) {
                                node = f->node;
                                continue;
                        }
                } else {
                        f->serial = f->had = serial;
                        f->below = f[-1].serial;
                }
                if (likely(with_nodes)) {
                        node = node_step(walk, node, f->word);
                        if (unlikely(node == 0))
                                return false;
                        f->node = node;
                }
        }
        /* What was cut off and not replaced has its old serial still, and twigs that trust it. */
        for (struct frame *gone = &w->frames[w->n_frames]; gone > f; --gone)
                gone->serial = 0;
        w->n_frames = (uint32_t)(f - w->frames);
        w->last = c - 1;
        return true;
}

/* The node of the innermost `limit` remembered frames. */
static uint32_t frames_intern(const struct walked *w, uint32_t limit)
{
        uint32_t node = w->frames[0].node, from = 1;
        if (w->n_frames > limit) {
                from = w->n_frames - limit + 1;
                node = trie_step(0, wire_word(WIRE_TAG_CUT, 0));
        }
        for (uint32_t i = from; i <= w->n_frames; ++i) {
                node = trie_step(node, w->frames[i].word);
                if (node == 0)
                        return 0;
        }
        return node;
}

static enum end walk_run(struct walk *walk, const struct stack_start *start, bool remembered, uint32_t limit)
{
        struct memo_level *level = walk->level;
        struct frame *bottom = walk->w->frames;
        walk->base = bottom;
        enum end end = frames_run(walk, start, remembered ? bottom + walk->w->n_frames : bottom);
        uint32_t depth = (uint32_t)(walk->base - bottom) + walk->n;
        walk_charge(level, depth, limit);
        bool too_many = end < END_DEEP && depth > level->frames_most;
        bool too_few = end == END_MET && walk->w->is_cut && depth < level->frames_most / 4;
        if (unlikely(too_many || too_few)) {
                *walk = (struct walk){.level = level, .w = walk->w, .reach = walk->reach, .base = bottom};
                end = frames_run(walk, start, bottom);
        }
        if (unlikely(end == END_DEEP))
                walk->n = level->frames_most / 2;
        return end;
}

/* Does still nobody know the code at which the remembered walk ended? */
static bool still_lost(uintptr_t pc)
{
        struct fde fde;
        return !module_find(pc - 1) && !made_find(pc - 1, &fde);
}

/* How many frames a draft of this walk, with its innermost word, may need. */
static uint32_t walk_draft_frames(const struct walk *walk)
{
        return (uint32_t)(walk->base - walk->w->frames) + walk->n + 1;
}

enum walk_result walk_renew(struct memo_level *level, const struct stack_start *start, struct reach *reach,
                            uint32_t generation, uint32_t limit, struct draft_ring *drafts, uint32_t *ret_node,
                            struct twig **ret_twig)
{
        struct walked *w = &level->trunk;
        struct walk walk = {.level = level, .w = w, .reach = reach};
        *ret_twig = NULL;
        if (unlikely(start->sp % 8 != 0 || is_odd_pc(start->pc)))
                return WALK_ODD;
        bool remembered = w->stamp == stamp_of(generation) && (likely(w->lost_pc == 0) || still_lost(w->lost_pc));
        if (unlikely(!remembered))
                memo_drop_twigs(level);
        enum end end = walk_run(&walk, start, remembered, limit);
        if (unlikely(end >= END_ODD))
                return end == END_ODD ? WALK_ODD : WALK_NO_MEMORY;
        if (unlikely(drafts != NULL) && walk.n && !limit && draft_begin(drafts, walk_draft_frames(&walk)))
                walk.drafts = drafts;
        *ret_node = 0;
        w->stamp = stamp_of(0);
        if (unlikely(!frames_keep(&walk, end, limit == 0)))
                return WALK_FORGOTTEN;
        uint32_t node = unlikely(limit) ? frames_intern(w, limit) : w->frames[w->n_frames].node;
        *ret_node = node;
        if (unlikely(node == 0))
                return WALK_FORGOTTEN;
        w->stamp = stamp_of(generation);
        if (unlikely(draft_is(node)))
                return WALK_KNOWN;
        /* A deep stack that is whole is to be walked, and charged, each time. */
        if (likely(w->lost_pc == 0) && likely(w->n_frames <= WALK_FRAMES_DEEP || level->frames_most < WALK_FRAMES_MAX))
                *ret_twig = twig_keep(level, walk.base, start);
        return WALK_KNOWN;
}
