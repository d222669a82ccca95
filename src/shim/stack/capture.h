/* The remembered stack, if it is the same again: in line for the doors
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

/* The node of this stack, below it that of `allocator_word` when not 0, if it is the remembered one; else 0. All that
 * is wanted of the memo is read while it is marked busy. */
static inline __attribute__((always_inline)) uint32_t capture_remembered(struct thread *self, enum stack_kind kind,
                                                                         const struct stack_start *start,
                                                                         uint64_t allocator_word)
{
        if (unlikely(self->memo == NULL))
                return 0;
        struct memo_level *level = &self->memo->levels[0];
        const struct walked *w = &level->kinds[kind];
        if (unlikely(level->busy != 0))
                return 0;
        level_enter(level, start->sp);
        uint32_t node = 0;
        if (likely(w->pc == start->pc && w->sp == start->sp && w->fp == (start->fp & w->fp_mask) &&
                   w->stamp == atomic_load_explicit(&rule_generation, memory_order_relaxed) && walk_holds(w)))
                node = allocator_word == 0 ? w->node : w->allocator_word == allocator_word ? w->allocator_node : 0;
        level_leave(level);
        return node;
}

/* The same for a stack of which capture_remembered() has just said that it is not the remembered one. */
struct stack_id capture_changed(struct thread *self, enum stack_kind kind, const struct stack_start *start,
                                uint64_t allocator_word);

#endif
