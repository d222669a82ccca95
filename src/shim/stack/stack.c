/* From a call of an entry point to one number
 *
 * stack_capture() as it mostly goes: the stack was seen lately, which comparing shows, and so its number is known.
 * Everything else is out of line. In order of preference:
 *
 *      a remembered stack, verified                           capture.h
 *      a walk by short rules until it meets the last one      walk.c
 *      a walk with all registers                              general.c
 *
 * What is remembered holds for one generation of modules. It is owned by one thread, and a signal handler of that
 * thread finds it marked busy (memo.h).
 */
#include "shim/stack/stack.h"

#include "shim/self/options.h"
#include "shim/stack/capture.h"
#include "shim/stack/check.h"
#include "shim/stack/draft.h"
#include "shim/stack/general.h"
#include "shim/stack/made.h"
#include "shim/stack/module.h"
#include "shim/stack/rule.h"
#include "shim/stack/trie.h"
#include "shim/stack/twig.h"
#include "shim/stack/walk.h"

#include <stdatomic.h>

/* The level that this capture may use; NULL = all are in the middle of something. */
static struct memo_level *level_choose(struct memo *memo, uintptr_t sp)
{
        for (unsigned i = 0; i < MEMO_LEVELS; ++i) {
                struct memo_level *level = &memo->levels[i];
                uintptr_t busy = memo_busy_sp(level);
                bool own = memo->stack.low <= busy && busy < memo->stack.high && memo->stack.low <= sp &&
                           sp < memo->stack.high;
                if (!memo_is_busy(level))
                        return level;
                if (own && sp >= busy) {
                        memo_forget(level);
                        return level;
                }
        }
        return NULL;
}

/* Frames of a general walk, collected where fresh ones of a short one would be. */
struct collected {
        struct memo_level *level;
        uint32_t n, limit;
};

static bool collected_add(uint64_t word, void *context)
{
        struct collected *c = context;
        if (c->n == c->limit || !memo_reserve_fresh(c->level, c->n + 1))
                return false;
        c->level->fresh[c->n++].word = word;
        return true;
}

static uint32_t walk_generally(struct memo_level *level, const struct stack_start *start, struct reach *reach,
                               uint32_t limit)
{
        enum { TIMES_DEARER = 16 }; /* than a short walk, frame by frame */
        struct collected c = {level, 0, limit ? limit : level->frames_most};
        uint32_t node = 0;
        switch (general_walk(start, reach, collected_add, &c)) {
        case GENERAL_OUTERMOST:
                break;
        case GENERAL_LOST:
                arena_drop(WIRE_DROP_WALKS);
                node = trie_step(0, wire_word(WIRE_TAG_END, 0));
                break;
        case GENERAL_FULL:
                node = trie_step(0, wire_word(WIRE_TAG_CUT, 0));
                break;
        }
        if (unlikely(c.n > WALK_FRAMES_DEEP))
                walk_charge(level, c.n * TIMES_DEARER, limit);
        while (c.n > 0) {
                node = trie_step(node, level->fresh[--c.n].word);
                if (node == 0)
                        return 0;
        }
        return node;
}

/* One frame, when there is no room for more. */
static uint32_t walk_barely(const struct stack_start *start, enum wire_drop why)
{
        arena_drop(why);
        return trie_step(trie_step(0, wire_word(WIRE_TAG_END, 0)),
                         wire_word(stack_module(start->pc), wire_word_value(start->pc)));
}

/* The node of a stack that has no twig. *ret_twig: where it is remembered now, NULL = nowhere. */
static uint32_t walk_anew(struct memo *memo, struct memo_level *level, const struct stack_start *start,
                          struct draft_ring *drafts, struct twig **ret_twig)
{
        uint32_t generation = atomic_load_explicit(&rule_generation, memory_order_acquire);
        uint32_t limit = (uint32_t)options.malloc_context_size, node;
        struct reach reach = reach_begin(&memo->stack, start->sp);
        *ret_twig = NULL;
        switch (walk_renew(level, start, &reach, generation, limit, drafts, &node, ret_twig)) {
        case WALK_KNOWN:
        case WALK_FORGOTTEN:
                return node;
        case WALK_ODD:
                return walk_generally(level, start, &reach, limit);
        default:
                return walk_barely(start, WIRE_DROP_MEMORY);
        }
}

/* ld.so makes a block for a library before it maps it, and releases it after it unmapped it, with our functions; also
 * when libc itself opens and closes one (gconv, NSS), which no door sees. So what is gone is noticed before other code
 * stands there, as long as no capture that starts in ld.so is answered from memory: it gets no twig. */
static void loader_watch(void)
{
        if (module_any_gone())
                stack_modules_changed();
}

/* Where the stack of a release is noted if it is a new one; NULL = it becomes a node. As those of a thread's first
 * releases do, and still one now and then, ever more seldom as they add up: so what comes again and again is a node
 * soon. While walks are checked, drafts are as well. */
static struct draft_ring *drafts_wanted(struct thread *self, struct memo_level *level)
{
        enum { NODES_FIRST = 1 << 14, SELDOM = 1 << 10, SELDOM_CHECKED = 4 };
        if (likely(level->n_release_nodes < NODES_FIRST) && !check_wanted())
                return NULL;
        if (++level->n_passed_over > (check_wanted() ? SELDOM_CHECKED : level->n_release_nodes / SELDOM)) {
                level->n_passed_over = 0;
                return NULL;
        }
        if (!level->drafts)
                level->drafts = draft_ring_take(self->slot);
        if (level->drafts && unlikely(draft_turns_are_over(level->drafts))) {
                memo_forget_frames(level);
                draft_turns_begin(level->drafts);
        }
        return level->drafts;
}

static struct stack_id capture_changed(struct thread *self, const struct stack_start *start, uint64_t allocator_word,
                                       bool may_draft)
{
        bool by_loader = module_is_loader(start->pc);
        if (unlikely(by_loader))
                loader_watch();
        struct memo *memo = self->memo;
        struct memo_level *level = unlikely(!memo)                           ? NULL
                                   : likely(!memo_is_busy(&memo->levels[0])) ? &memo->levels[0]
                                                                             : level_choose(memo, start->sp);
        uint32_t node;
        if (unlikely(!level)) {
                node = walk_barely(start, memo ? WIRE_DROP_REENTRANT : WIRE_DROP_MEMORY);
                return (struct stack_id){allocator_word ? trie_step(node, allocator_word) : node};
        }
        struct twig *twig;
        uint64_t n_nodes = trie_n_nodes();
        struct draft_ring *drafts = may_draft && level == &memo->levels[0] ? drafts_wanted(self, level) : NULL;
        level_enter(level, start->sp);
        node = walk_anew(memo, level, start, drafts, &twig);
        if (unlikely(check_wanted()))
                check_walk(start, draft_is(node) ? draft_node(drafts, node) : node, twig != NULL);
        if (unlikely(draft_is(node)))
                node = draft_of(drafts, draft_add(drafts, node, allocator_word));
        else if (allocator_word && node)
                node = trie_step(node, allocator_word);
        if (may_draft)
                level->n_release_nodes += (uint32_t)(trie_n_nodes() - n_nodes);
        if (likely(twig != NULL)) {
                /* No node was made: it has been here before, and comes back, maybe when the trunk is another. */
                if (!twig->whole && trie_n_nodes() == n_nodes)
                        twig_keep_long(level, twig);
                twig->node = node;
                twig->allocator = (uint32_t)allocator_word;
                if (unlikely(by_loader || node == 0))
                        twig->pc = 0;
        }
        level_leave(level);
        return (struct stack_id){node};
}

/* Is level 0 in nobody's use, and right for the present code? */
static inline bool level_is_of_use(const struct memo_level *level)
{
        return level->state == stamp_of(atomic_load_explicit(&rule_generation, memory_order_relaxed));
}

static inline const struct twig *twigs_search(struct memo_level *level, const struct twig *from, const struct twig *end,
                                              const struct stack_start *start, uint64_t allocator_word)
{
        for (; from < end; ++from)
                if (twig_is(from, start, allocator_word) && twig_broken(from, &level->trunk) == NULL)
                        return from;
        return NULL;
}

static inline bool search_pays(struct memo_level *level)
{
        if (likely(level->search_credit > 0)) {
                level->search_credit--;
                return true;
        }
        return ++level->n_not_searched % SEARCH_TURNS == 0;
}

static inline int32_t credit_more(int32_t credit) { return credit < CREDIT_MOST ? credit + CREDIT_FOUND : credit; }

/* The node of a stack whose twig is neither at home nor where it was guessed to be. */
static inline uint32_t capture_away(struct memo_level *level, const struct stack_start *start, uint64_t allocator_word)
{
        if (!search_pays(level))
                return 0;
        level_enter(level, start->sp);
        const struct twig *home = memo_twigs(level, start->pc, start->sp);
        const struct twig *twig = twigs_search(level, home + 1, home + TWIG_WAYS, start, allocator_word);
        if (twig == NULL && level->credit > 0 && twig_starts(home, start) && home->caller >= 0) {
                /* What starts alike returns to an address in the same place, which its walk would read first. */
                uintptr_t caller = *(const volatile uintptr_t *)home->last[-home->caller].slot;
                const struct twig *away = memo_twigs_away(level, start->pc, start->sp, caller);
                twig = twigs_search(level, away, away + TWIG_WAYS_AWAY, start, allocator_word);
                if (twig)
                        level->credit = credit_more(level->credit);
        }
        uint32_t node = 0;
        if (twig) {
                *memo_guess(level, start->pc, start->sp) = (twig_guess)(twig - level->twigs);
                level->search_credit = credit_more(level->search_credit);
                node = twig->node;
        }
        level_leave(level);
        return node;
}

struct stack_id capture_further(struct thread *self, const struct stack_start *start, uint64_t allocator_word,
                                bool may_draft)
{
        struct memo_level *level = &self->memo->levels[0];
        bool is_known = level_is_of_use(level) && likely(start_is_saved(start));
        uint32_t node = is_known ? capture_away(level, start, allocator_word) : 0;
        return likely(node) ? (struct stack_id){node} : capture_changed(self, start, allocator_word, may_draft);
}

static uint32_t capture_known(struct memo_level *level, const struct stack_start *start, uint64_t allocator_word)
{
        if (!level_is_of_use(level) || unlikely(!start_is_saved(start)))
                return 0;
        uint32_t node = capture_near(level, start, allocator_word);
        if (node == 0)
                node = capture_guessed(level, start, allocator_word);
        return node ? node : capture_away(level, start, allocator_word);
}

static struct stack_id capture_any(struct thread *self, const struct stack_start *start, uint64_t allocator_word,
                                   bool may_draft)
{
        uint32_t node = likely(self->memo != NULL) ? capture_known(&self->memo->levels[0], start, allocator_word) : 0;
        if (likely(node)) {
                if (unlikely(check_wanted()))
                        check_walk(start, allocator_word ? arena.nodes[node].parent : node, true);
                return (struct stack_id){node};
        }
        return capture_changed(self, start, allocator_word, may_draft);
}

struct stack_id stack_capture(struct thread *self, const struct stack_start *start, uint64_t allocator_word)
{
        return capture_any(self, start, allocator_word, false);
}

struct stack_id stack_capture_draft(struct thread *self, const struct stack_start *start, uint64_t allocator_word)
{
        return capture_any(self, start, allocator_word, true);
}

struct stack_id stack_walk(struct thread *self, const struct stack_start *start)
{
        return stack_capture(self, start, 0);
}

uintptr_t stack_sp_below_main(struct thread *self, const struct stack_start *start)
{
        /* Inside: the function that runs the handlers, exit. Outside: what called main, what called that, _start. */
        enum { N_INSIDE = 2, N_OUTSIDE = 3 };
        if (self->memo == NULL)
                return 0;
        struct reach reach = reach_begin(&self->memo->stack, start->sp);
        return general_sp_outside(start, &reach, N_INSIDE, N_OUTSIDE);
}

uintptr_t stack_sp_interrupted(struct thread *self, const struct stack_start *start, uintptr_t *ret_signal_word)
{
        if (self->memo == NULL)
                return 0;
        struct reach reach = reach_begin(&self->memo->stack, start->sp);
        return general_sp_interrupted(start, &reach, ret_signal_word);
}

void stack_modules_changed(void) { module_sweep(rule_forget); }

void stack_code_described(const void *table) { made_add(table); }

void stack_code_gone(const void *table)
{
        uintptr_t start, end;
        if (made_remove(table, &start, &end))
                rule_forget(start, end);
}

void stack_init(bool fork_child)
{
        const char *check = options_environment("UNFREED_SELF");
        check_init(options.self_check == 2 || (check && check[0] == '2'));
        if (!fork_child) {
                module_init();
                return;
        }
        trie_reset();
        draft_inherit();
        if (!module_inherit())
                rule_reset();
}

void stack_end(void) { check_report(); }

void stack_thread_init(struct thread *self) { self->memo = memo_take(self->slot); }
