/* Walking over compiled code by short rules */
#ifndef UNFREED_SHIM_STACK_WALK_H
#define UNFREED_SHIM_STACK_WALK_H

#include "shim/stack/memo.h"

/* Frames kept at most, whatever the options say. A deeper stack loses its outer half, see walk.c. */
enum { WALK_FRAMES_MAX = 65535 };

enum walk_end {
        WALK_MET,       /* the remembered walk goes on from here, and holds */
        WALK_OUTERMOST, /* nobody called the last frame */
        WALK_LOST,      /* no rule for the last frame */
        WALK_DEEP,      /* too many frames */
        WALK_ODD,       /* needs all registers, see general.h */
        WALK_NO_MEMORY,
};

struct walk {
        struct memo_level *level;
        struct walked *w;
        struct reach reach;
        uintptr_t pc, sp, fp; /* the frame to go on with */
        uint32_t n;           /* frames in level->fresh */
        uint32_t cursor;      /* w->frames[0 .. cursor-1] may be met */
        uintptr_t end_sp;     /* a zero return address below here ended the walk; 0 = not so */
        bool lost_outside;    /* WALK_LOST, and the last frame is in no module */
};

/* Walk until something is met or the stack ends. What was found is in level->fresh; w is left as it was. */
enum walk_end walk_run(struct walk *walk);

/* Make of the frames found, on top of the first w->cursor ones, the remembered walk; intern it. The node of the
 * innermost frame, 0 = the trie is full. `limit`: frames to keep, 0 = all. */
uint32_t walk_keep(struct walk *walk, enum walk_end end, const struct stack_start *start, uint32_t limit);

/* Compare the remembered words with memory, leaf to root: how many of the first n hold, so n = all do.
 *
 * One compare before the next load, never in blocks: where a word differs, the older ones may be on a stack that is no
 * longer mapped; the true walk would not read them either. A word at a time is also what makes it exact: see
 * memo.h. */
static inline uint32_t walk_verify(const struct check *checks, uint32_t n)
{
        const struct check *c = checks + n;
        while (c > checks && *(const volatile uint64_t *)c[-1].slot == c[-1].value)
                --c;
        return n - (uint32_t)(c - checks);
}

#endif
