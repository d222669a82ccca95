/* What a thread walked lately, kept so that the next walk need only be compared with it
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
 *
 * That is the trunk: the last walk that had to be made. Births and releases come from a few places in turn, whose
 * stacks differ in their innermost frames only. So of each walk a twig is kept besides: where it started, the checks of
 * its own innermost frames, and the frame of the trunk that they grow from. It is right as long as that frame stands,
 * which its serial tells: each time that the trunk changes, the frames put on what is left of it get the next one, and
 * those cut off lose theirs. A twig costs no walk when its turn comes, and does not change the trunk; what does is a
 * stack with no twig, and then all twigs that grew from what was cut off are dead. After a round or two all of them
 * grow from where the stacks part. And where the trunk grows again as it was, its frames get back the serials that they
 * had, and twigs live again. A short stack's twig holds all of its checks, and needs no trunk.
 *
 * Some programs go round through a hundred stacks that part far from the leaf, so that each kills the twigs of others,
 * and each comes back the same a round later. So the twig of a stack that was walked before (all its nodes are in the
 * trie) is made whole too, in room of its own: it is long. What never comes back does not pay for that.
 */
#ifndef UNFREED_SHIM_STACK_MEMO_H
#define UNFREED_SHIM_STACK_MEMO_H

#include "shim/stack/reach.h"
#include "shim/stack/stack.h"
#include "shim/stack/stamp.h"

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
        uint32_t serial; /* names this frame on the older ones as they are; 0 = it was cut off */
        uint32_t had;    /* the last serial that was not 0 ... */
        uint32_t below;  /* ... and that of the older frame then */
};
#if defined __x86_64__
_Static_assert(sizeof(struct frame) == 64, "a cache line");
#endif

enum {
        FRAME_CHECKS = (1 << 29) - 1, /* mask: number of checks of this frame and all older ones */
        FRAME_CFA_SLOT = 1 << 29,     /* its CFA was read from memory */
        FRAME_USES_FP = 1 << 30,      /* its CFA is computed from fp */
        FRAME_NEEDS_FP = INT32_MIN,   /* it uses fp, or leaves it alone and its caller needs it */
};

struct check {
        const uint64_t *slot;
        uint64_t value;
};

/* What ends every array of checks, at its root side: it never holds. */
extern __attribute__((visibility("hidden"))) const uint64_t check_zero;
static inline struct check check_never(void) { return (struct check){&check_zero, 1}; }

/* The trunk. Right when `stamp` is that of the generation in which it was made; stamp_of(0) = nothing here. */
struct walked {
        struct check *checks, *last; /* last = checks + n_checks - 1 */
        uintptr_t stamp;
        uint32_t serial;      /* the youngest frames' */
        struct frame *frames; /* frames[0].node: the root, or END or CUT under it */
        uint32_t n_frames, max_frames, max_checks;
        bool is_cut;       /* frames[0].node is CUT */
        uintptr_t lost_pc; /* the outermost frame had no rule and is in no module: ask again; 0 = not so */
};

/* One stack that was seen. pc = 0: none.
 *
 * Where the innermost frame needs_fp, the frame pointer at the start is a part of it. On x86-64 the entry point has saved
 * that right below its own return address (stack.h), so it is one more check, the innermost; elsewhere it is compared. */
enum { TWIG_CHECKS = 11 };
struct twig {
        uintptr_t pc, sp;          /* where it started */
        const struct check *last;  /* of its own checks; = own where it has none */
        const struct check *whole; /* before the first where they are all of them: own, or its long; NULL = they are not */
        uint32_t allocator;        /* low bits of the allocator word; 0 = it ends with the frames */
        uint32_t node;             /* of it all; not 0 */
        uint32_t serial;           /* that the frame had: */
        int32_t caller;            /* its check for the first return address is last[-caller]; -1 = it may be elsewhere */
        const struct frame *frame; /* what it grows from; of the trunk */
        const struct check *trunk; /* the last check of that frame */
#if !defined __x86_64__
        uintptr_t fp; /* where it started, masked with ... */
        intptr_t fp_mask; /* see above: all ones if fp is compared, else 0 */
#endif
        struct check own[1 + TWIG_CHECKS]; /* own[0] never holds */
};
#if defined __x86_64__
_Static_assert(sizeof(struct twig) == 256, "four cache lines, the first of which says where it starts");
#endif

/* All checks of a long twig. */
enum { LONG_CHECKS = 47 };
struct twig_long {
        struct check checks[1 + LONG_CHECKS]; /* [0] never holds */
};

static inline bool twig_starts(const struct twig *t, const struct stack_start *start)
{
        return t->pc == start->pc && t->sp == start->sp;
}

static inline bool twig_is_long(const struct twig *t) { return t->whole && t->whole != t->own; }

/* Where an entry point, by stack.h, has saved the frame pointer of its caller; and has it? */
#if defined __x86_64__
enum { START_IS_CHECKED = 1 };
static inline uintptr_t start_fp_slot(const struct stack_start *start) { return start->sp - 16; }
static inline bool start_is_saved(const struct stack_start *start)
{
        return *(const volatile uintptr_t *)start_fp_slot(start) == start->fp;
}
#else
enum { START_IS_CHECKED = 0 };
static inline bool start_is_saved(const struct stack_start *start) { return true; }
#endif

/* A table by where stacks start. The one of last time is at home, others right behind. Where many start alike and differ
 * further out, there is no room for all: who must go has another place by its first return address as well. That is of no
 * use where hardly any stack comes back: so each that goes costs `credit`, each that is found there earns some, and who
 * has none tries again only now and then. */
enum { CREDIT_FIRST = 64, CREDIT_MOST = 1024, CREDIT_FOUND = 4, CREDIT_AGAIN = 16, CREDIT_TURNS = 1024 };
/* The same for all places beside the home, where nothing goes: each search costs one, and who has no credit searches only
 * once in SEARCH_TURNS times. */
enum { SEARCH_TURNS = 16 };
enum { TWIG_HOMES = 256, TWIG_WAYS = 4, TWIG_WAYS_AWAY = 3, TWIGS = TWIG_HOMES + TWIG_WAYS - 1 };

/* Where the twig may be of a stack that is not at home: a guess for each word by which it differed from the one there.
 * Any number is right: what is found is compared as always. */
enum { GUESS_BITS = 11 };
typedef uint16_t twig_guess; /* of level->twigs */
_Static_assert(TWIGS <= UINT16_MAX, "any twig can be guessed");

/* What is remembered, and the room to make new walks. `state` is the trunk's stamp while nobody changes or reads it, else
 * the sp of the capture that does, made odd. A signal handler that comes meanwhile and allocates takes the next level.
 * One that then leaves by longjmp never gives it back; but a capture that starts above that sp on the same stack shows
 * that the frame is gone. */
struct memo_level {
        uintptr_t state;
        struct walked trunk;
        struct frame *fresh; /* leaf first: what a new walk has found so far */
        uint32_t max_fresh;
        uint32_t frames_most, deep_credit; /* owned by walk.h */
        uint32_t next_way; /* to go where all are in use */
        int32_t credit;    /* of the places by return address, */
        int32_t search_credit; /* and of looking into others than the home */
        uint32_t n_not_searched;
        struct draft_ring *drafts; /* NULL = not asked for yet; owned by draft.h */
        uint32_t n_release_nodes;  /* that releases have added, */
        uint32_t n_passed_over;    /* and times that one noted its stack instead */
        struct twig_long *longs; /* of twigs[i] if that is long; NULL = none is */
        bool has_twigs;    /* whose trunk may be another by now */
        uint64_t word;     /* what stood where the last twig at home that was not right had another; 0 = it started elsewhere */
        struct twig twigs[TWIGS] __attribute__((aligned(64)));
        twig_guess guesses[1 << GUESS_BITS];
};

enum { MEMO_LEVELS = 2 };

struct memo {
        struct memo_level levels[MEMO_LEVELS]; /* first: the doors know the first level by the memo's own address */
        struct reach_stack stack;
};

/* Where the last stack that started there is. */
static inline struct twig *memo_twigs(struct memo_level *level, uintptr_t pc, uintptr_t sp)
{
        return &level->twigs[(pc * 8 + sp) / 16 % TWIG_HOMES];
}

/* The first of the other places for stacks that start there, of those that return to `caller`. */
static inline struct twig *memo_twigs_away(struct memo_level *level, uintptr_t pc, uintptr_t sp, uintptr_t caller)
{
        return memo_twigs(level, pc + caller * 3, sp);
}

/* What is guessed of a stack that starts there, after its home was looked at. */
static inline twig_guess *memo_guess(struct memo_level *level, uintptr_t pc, uintptr_t sp)
{
        return &level->guesses[(pc * 8 + sp + level->word) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - GUESS_BITS)];
}

/* A thread's memo, empty; NULL when there is no memory. `place` is its number among threads: who has it later gets
 * the same memory. */
struct memo *memo_take(uint32_t place);

static inline bool memo_is_busy(const struct memo_level *level) { return level->state & 1; }
static inline uintptr_t memo_busy_sp(const struct memo_level *level) { return level->state & ~(uintptr_t)1; }

/* Forget the trunk, and with it the twigs. Its frames stay, so that the next one puts an end to their serials. Nobody is
 * in it then. */
static inline void memo_forget(struct memo_level *level) { level->state = level->trunk.stamp = stamp_of(0); }

/* The same, and none of its frames is ever taken for one that is back. */
void memo_forget_frames(struct memo_level *level);

/* What does not depend on the trunk is wrong, too. */
void memo_drop_twigs(struct memo_level *level);

/* A serial that no frame ever had; all twigs are taken away when there is none any more. */
uint32_t memo_serial(struct memo_level *level);

/* Make room. False when there is no memory; what was there is intact then. */
bool memo_reserve_fresh(struct memo_level *level, uint32_t n);
bool memo_reserve(struct memo_level *level, uint32_t n_frames, uint32_t n_checks);
struct twig_long *memo_reserve_long(struct memo_level *level, const struct twig *t); /* NULL = no memory */

#endif
