/* A stack that is remembered: in line for the doors
 *
 * Most captures end here. See memo.h for what is compared and why that is enough.
 */
#ifndef UNFREED_SHIM_STACK_CAPTURE_H
#define UNFREED_SHIM_STACK_CAPTURE_H

#include "bare/bits.h"
#include "shim/stack/memo.h"
#include "shim/stack/rule.h"
#include "shim/stack/walk.h"

#include <stdatomic.h>

static inline void level_enter(struct memo_level *level, uintptr_t sp)
{
        level->busy = sp;
        atomic_signal_fence(memory_order_seq_cst);
}

static inline void level_leave(struct memo_level *level)
{
        atomic_signal_fence(memory_order_seq_cst);
        level->busy = 0;
}

/* Is this the twig of such a stack? */
static inline bool twig_is(const struct twig *t, const struct stack_start *start, uint64_t allocator_word)
{
        return t->pc == start->pc && t->sp == start->sp && t->fp == (start->fp & (uintptr_t)(intptr_t)t->fp_mask) &&
               t->allocator == (uint32_t)allocator_word;
}

/* Does the twig still grow from there, and do all words of both hold? Leaf to root. */
static inline bool twig_holds(const struct twig *t, const struct walked *trunk)
{
        if (unlikely(t->frame->serial != t->serial))
                return false;
        const struct check *c = t->last;
        while (check_holds(c))
                --c;
        return likely(c == t->own) && checks_broken(t->trunk) == trunk->checks - 1;
}

/* The same by the places behind `home`. */
uint32_t capture_remembered_elsewhere(const struct memo_level *level, const struct twig *home,
                                      const struct stack_start *start, uint64_t allocator_word);

/* How far to look for a twig: not at all, since no stack is wanted; at its home only, which needs no call; everywhere. */
enum capture_reach { CAPTURE_NONE, CAPTURE_NEAR, CAPTURE_FAR };

/* The node of this stack, below it that of `allocator_word` when not 0, if it has a twig; else 0. All that is wanted of
 * the memo, which is there, is read while it is marked busy. */
static inline __attribute__((always_inline)) uint32_t capture_remembered(struct thread *self,
                                                                         const struct stack_start *start,
                                                                         uint64_t allocator_word,
                                                                         enum capture_reach how_far)
{
        struct memo_level *level = &self->memo->levels[0];
        if (unlikely(level->busy != 0))
                return 0;
        level_enter(level, start->sp);
        const struct twig *home = memo_twigs(level, start->pc, start->sp);
        __asm__("" : "+r"(home)); /* else it is computed anew for each use, to spare a register that is there */
        uint32_t node = 0;
        if (likely(level->trunk.stamp == atomic_load_explicit(&rule_generation, memory_order_relaxed))) {
                if (likely(twig_is(home, start, allocator_word) && twig_holds(home, &level->trunk)))
                        node = home->node;
                else if (how_far == CAPTURE_FAR)
                        node = capture_remembered_elsewhere(
                                level, home, &(struct stack_start){start->pc, start->sp, start->fp}, allocator_word);
        }
        level_leave(level);
        return node;
}

/* The same for a stack of which capture_remembered() has just said that it has no twig that is right. */
struct stack_id capture_changed(struct thread *self, const struct stack_start *start, uint64_t allocator_word);

#endif
