/* The last walk of a thread, kept so that the next one need only be compared with it
 *
 * A walk is a function of where it starts (pc, sp, fp) and of the words that it reads: a return address per frame, a
 * saved frame pointer where an older frame's CFA depends on it, seldom a CFA kept in memory. If a later walk comes to a
 * frame with the same pc and sp (and fp, if that matters), and all words that were read from there on are as they were,
 * then the rest of it is the same. So these words are kept with their addresses, as a flat array of checks that is
 * gone through from the leaf to the root:
 *
 *      frames[1 .. n_frames]      root first, so that what changes most is at the end; frames[0] is what they stand on:
 *                                 the bottom, with an sp that no walk comes to
 *      checks[0 .. n_checks-1]    likewise; those of frame f and all older ones are the first FRAME_CHECKS of f;
 *                                 checks[-1] never holds, so that going through them needs no other end
 *
 * A frame's saved frame pointer is checked only if an older frame needs it ("needs_fp" below): compiled code without
 * frame pointers uses that register for loop counters, and every walk would differ.
 */
#ifndef UNFREED_SHIM_STACK_MEMO_H
#define UNFREED_SHIM_STACK_MEMO_H

#include "shim/stack/reach.h"
#include "shim/stack/stack.h"

struct frame {
        uint64_t word;      /* wire/node.h */
        uintptr_t sp;       /* stack pointer in this frame: the CFA of the one it called */
        uintptr_t fp;       /* frame-pointer register in it; kept right only where it needs_fp */
        uintptr_t fp_slot;  /* where its caller's frame pointer is saved; 0 = it is left alone */
        uintptr_t cfa_slot; /* where its CFA was read from; only with FRAME_CFA_SLOT */
#if !defined __x86_64__
        uintptr_t return_slot; /* where its return address is; on x86-64 right below the CFA */
#endif
        uint32_t node;      /* of this frame under all older ones; not kept under a depth limit */
        uint32_t flags;
};
#if defined __x86_64__
_Static_assert(sizeof(struct frame) == 48, "three quarters of a cache line");
#endif

enum {
        FRAME_CHECKS = (1 << 29) - 1,       /* mask: number of checks of this frame and all older ones */
        FRAME_CFA_SLOT = 1 << 29,           /* its CFA was read from memory */
        FRAME_USES_FP = 1 << 30,            /* its CFA is computed from fp */
        FRAME_NEEDS_FP = INT32_MIN,         /* it uses fp, or leaves it alone and its caller needs it */
};

struct check {
        const uint64_t *slot;
        uint64_t value;
};

/* The remembered walk of one kind. Right when `stamp` is the generation in which it was made; 0 = nothing here. */
struct walked {
        uintptr_t pc, sp, fp; /* where it started (sp = 0: more must be asked, see lost_pc); fp masked ... */
        uintptr_t fp_mask;    /* ... with this: all ones if the innermost frame needs_fp, else 0 */
        struct check *checks, *last; /* last = checks + n_checks - 1 */
        uint32_t stamp;
        uint32_t node;
        uint32_t allocator_node; /* the child of `node` for allocator_word */
        uint64_t allocator_word; /* 0 = none yet */

        struct frame *frames; /* frames[0].node: the root, or END or CUT under it */
        uint32_t n_frames, max_frames, max_checks;
        uintptr_t lost_pc; /* the outermost frame had no rule and is in no module: ask again; 0 = not so */
};

/* A set of walks and the room to make new ones. `busy` is the sp of the capture that is changing or reading it, 0 =
 * none. A signal handler that comes meanwhile and allocates takes the next level. One that then leaves by longjmp
 * never gives it back; but a capture that starts above `busy` on the same stack shows that the frame is gone. */
struct memo_level {
        volatile uintptr_t busy;
        struct walked kinds[STACK_KINDS];
        struct frame *fresh; /* leaf first: what a new walk has found so far */
        uint32_t max_fresh;
};

enum { MEMO_LEVELS = 2 };

struct memo {
        struct memo_level levels[MEMO_LEVELS];
        struct reach_stack stack;
};

/* A thread's memo, empty; NULL when there is no memory. `place` is its number among threads: who has it later gets
 * the same memory. */
struct memo *memo_take(uint32_t place);

/* Make room. False when there is no memory; what was there is intact then. */
bool memo_reserve_fresh(struct memo_level *level, uint32_t n);
bool memo_reserve(struct walked *w, uint32_t n_frames, uint32_t n_checks);

#endif
