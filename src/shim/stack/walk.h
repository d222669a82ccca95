/* Walking over compiled code by short rules, on top of the remembered walk */
#ifndef UNFREED_SHIM_STACK_WALK_H
#define UNFREED_SHIM_STACK_WALK_H

#include "bare/bits.h"
#include "shim/stack/memo.h"

struct draft_ring;

/* Frames kept at most, whatever the options say. A deeper stack loses its outer half, see walk.c. Stacks of more than
 * WALK_FRAMES_DEEP are whole only until a thread has gone through WALK_DEEP_CREDIT frames of such; some 20 ms. */
enum { WALK_FRAMES_MAX = 65535, WALK_FRAMES_DEEP = 1023, WALK_DEEP_CREDIT = 1 << 25 };

/* How many frames a walk may have in this level, and what is left of its credit: as a thread begins. */
static inline void walk_begin(struct memo_level *level)
{
        level->frames_most = WALK_FRAMES_MAX;
        level->deep_credit = WALK_DEEP_CREDIT;
}

/* A walk went through n frames, where `limit` of them are kept; 0 = all. */
static inline void walk_charge(struct memo_level *level, uint32_t n, uint32_t limit)
{
        if (likely(n <= WALK_FRAMES_DEEP))
                return;
        if (n < level->deep_credit)
                level->deep_credit -= n;
        else /* a quarter of them is there always */
                level->frames_most = limit >= WALK_FRAMES_MAX / 4    ? WALK_FRAMES_MAX
                                     : limit * 4 > WALK_FRAMES_DEEP ? limit * 4
                                                                    : WALK_FRAMES_DEEP;
}

enum walk_result {
        WALK_KNOWN,     /* *ret_node; the trunk is this stack now, and *ret_twig where it is remembered, if anywhere */
        WALK_FORGOTTEN, /* *ret_node, but there was no memory to remember it; 0 = the trie is full */
        WALK_ODD,       /* needs all registers, see general.h; the trunk is as it was */
        WALK_NO_MEMORY, /* likewise */
};

/* Walk from `start`, intern, and remember it. `limit`: frames to keep, 0 = all. *reach: see reach_begin(). The caller
 * completes the twig: its node, and its allocator.
 *
 * drafts != NULL: a stack that is not in the trie, and is not just that of last time, need not become a node: then it is
 * noted there, *ret_node is the innermost frame's number (draft.h), and there is no twig. */
enum walk_result walk_renew(struct memo_level *level, const struct stack_start *start, struct reach *reach,
                            uint32_t generation, uint32_t limit, struct draft_ring *drafts, uint32_t *ret_node,
                            struct twig **ret_twig);

/* Compare the remembered words with memory, leaf to root: how many of the first n do not hold, from the root up to the
 * first that differs; 0 = all hold.
 *
 * One compare before the next load, never in blocks: where a word differs, the older ones may be on a stack that is no
 * longer mapped; the true walk would not read them either. A word at a time is also what makes it exact: see
 * memo.h. */
static inline bool check_holds(const struct check *c) { return *(const volatile uint64_t *)c->slot == c->value; }

/* From the leaf on, the first that does not hold: at the latest the one before the first. Four at a time only saves
 * instructions; where the loop happens to lie in memory matters less, too. */
static inline const struct check *checks_broken(const struct check *c)
{
        for (;; c -= 4) {
                if (!check_holds(c))
                        return c;
                if (!check_holds(c - 1))
                        return c - 1;
                if (!check_holds(c - 2))
                        return c - 2;
                if (!check_holds(c - 3))
                        return c - 3;
        }
}

static inline uint32_t walk_verify(const struct check *checks, uint32_t n)
{
        return (uint32_t)(checks_broken(checks + n - 1) + 1 - checks);
}

#endif
