/* A stack that is remembered: in line for the doors
 *
 * Most captures end here. See memo.h for what is compared and why that is enough.
 */
#ifndef UNFREED_SHIM_STACK_CAPTURE_H
#define UNFREED_SHIM_STACK_CAPTURE_H

#include "bare/bits.h"
#include "shim/stack/memo.h"
#include "shim/stack/walk.h"

#include <stdatomic.h>
#include <stddef.h>

static inline void level_enter(struct memo_level *level, uintptr_t sp)
{
        __atomic_store_n(&level->state, sp | 1, __ATOMIC_RELAXED);
        atomic_signal_fence(memory_order_seq_cst);
}

static inline void level_leave(struct memo_level *level)
{
        atomic_signal_fence(memory_order_seq_cst);
        __atomic_store_n(&level->state, level->trunk.stamp, __ATOMIC_RELAXED);
}

/* Is this the twig of such a stack? */
static inline __attribute__((always_inline)) bool twig_is(const struct twig *t, const struct stack_start *start,
                                                          uint64_t allocator_word)
{
#if !defined __x86_64__
        if (t->fp != (start->fp & (uintptr_t)(intptr_t)t->fp_mask))
                return false;
#endif
        return t->pc == start->pc && t->sp == start->sp && t->allocator == (uint32_t)allocator_word;
}

/* Which word of it does not hold, nor of the trunk that it grows from, which must be as it was? NULL = all do. Leaf to
 * root. */
static inline __attribute__((always_inline)) const uint64_t *twig_broken(const struct twig *t, const struct walked *trunk)
{
        const struct check *c = checks_broken(t->last);
        if (likely(c == t->whole))
                return NULL;
        /* volatile: else registers are kept for this. */
        if (c == t->own && *(const struct check *const volatile *)&t->whole == NULL &&
            t->serial == *(const volatile uint32_t *)&t->frame->serial) {
                c = checks_broken(t->trunk);
                if (likely(c == trunk->checks - 1))
                        return NULL;
        }
        return c->slot;
}

/* In a thread whose level 0 is in nobody's use and has the present stamp: the node of this stack, below it that of
 * `allocator_word` when not 0, if its twig is at home; else 0. On x86-64 the caller, or the entry point that it was
 * called by, has saved start->fp right below the return address. */
static inline __attribute__((always_inline)) uint32_t capture_near(struct memo_level *level,
                                                                   const struct stack_start *start,
                                                                   uint64_t allocator_word)
{
        level_enter(level, start->sp);
        const struct twig *home = memo_twigs(level, start->pc, start->sp);
        __asm__("" : "+r"(home)); /* else it is computed anew for each use, to spare a register that is there */
        if (unlikely(!twig_is(home, start, allocator_word))) {
                level->word = 0;
                level_leave(level);
                return 0;
        }
        const uint64_t *broken = twig_broken(home, &level->trunk);
        if (unlikely(broken != NULL)) {
                level->word = *(const volatile uint64_t *)broken;
                level_leave(level);
                return 0;
        }
        uint32_t node = home->node;
        if (node == 0)
                __builtin_unreachable(); /* no instruction asks */
        level_leave(level);
        return node;
}

/* The same for a stack of which capture_near() has just said 0, if its twig is where it is guessed to be. */
static inline __attribute__((always_inline)) uint32_t capture_guessed(struct memo_level *level,
                                                                      const struct stack_start *start,
                                                                      uint64_t allocator_word)
{
        level_enter(level, start->sp);
        const struct twig *twig = &level->twigs[*memo_guess(level, start->pc, start->sp)];
        bool is_right = twig_is(twig, start, allocator_word) && twig_broken(twig, &level->trunk) == NULL;
        uint32_t node = likely(is_right) ? twig->node : 0;
        level_leave(level);
        return node;
}

/* The same for one of which that has said 0, too: where else its twig may be, and if there is none, anew. may_draft: it
 * is a release's, and may be a draft (draft.h), which is then to be told its block. */
struct stack_id capture_further(struct thread *self, const struct stack_start *start, uint64_t allocator_word,
                                bool may_draft);

/* How far to look for a twig: not at all, since no stack is wanted; at its home, which needs no call; elsewhere, where it
 * has just been looked for at home; everywhere. */
enum capture_reach { CAPTURE_NONE, CAPTURE_NEAR, CAPTURE_FURTHER, CAPTURE_ALL };

#endif
