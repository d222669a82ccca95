/* Where recent stacks are kept: see memo.h for what a twig is, twig.h for the rest */
#include "shim/stack/twig.h"

#include "bare/bits.h"

#include <stddef.h>
#include <string.h>

/* Its own check array is part of it; that of a long one has a room of its own, where the copy has one, too. */
static void twig_copy(struct memo_level *level, struct twig *to, const struct twig *from)
{
        bool is_long = twig_is_long(from);
        const struct check *base = is_long ? from->whole : from->own;
        struct check *room = is_long ? memo_reserve_long(level, to)->checks : to->own;
        memcpy(to, from, offsetof(struct twig, own));
        memcpy(room, base, (size_t)((const char *)(from->last + 1) - (const char *)base));
        to->last = room + (from->last - base);
        if (from->whole)
                to->whole = room;
}

static inline bool twig_is_dead(const struct twig *t)
{
        return t->pc == 0 || (!t->whole && t->frame->serial != t->serial);
}

static void twig_send_away(struct memo_level *level, const struct twig *t)
{
        if (level->credit <= 0 && level->next_way % CREDIT_TURNS == 0)
                level->credit = CREDIT_AGAIN;
        if (t->caller < 0 || level->credit <= 0)
                return;
        level->credit--;
        struct twig *away = memo_twigs_away(level, t->pc, t->sp, t->last[-t->caller].value);
        unsigned way = 0;
        while (way < TWIG_WAYS_AWAY && !twig_is_dead(&away[way]))
                way++;
        if (way == TWIG_WAYS_AWAY)
                way = level->next_way % TWIG_WAYS_AWAY;
        if (&away[way] != t)
                twig_copy(level, &away[way], t);
}

/* A place for a twig: its home, which is looked at first. Who is there moves on, to a place that is empty or whose twig
 * is dead, else to any. */
static struct twig *twig_place(struct memo_level *level, const struct stack_start *start)
{
        struct twig *home = memo_twigs(level, start->pc, start->sp);
        level->has_twigs = true;
        if (twig_is_dead(home))
                return home;
        unsigned way = 1;
        while (way < TWIG_WAYS && !twig_is_dead(&home[way]))
                way++;
        if (way == TWIG_WAYS) {
                way = 1 + level->next_way++ % (TWIG_WAYS - 1);
                if (twig_starts(&home[way], start))
                        twig_send_away(level, &home[way]);
        }
        twig_copy(level, &home[way], home);
        return home;
}

/* How far before its last check a twig has that of the leaf's return address; -1 where that does not stand in a place
 * that follows from where the stack starts. */
static int32_t caller_of(const struct walked *w, const struct frame *leaf, const struct check *trunk, bool needs_fp)
{
        const struct check *check = w->checks + (leaf[-1].flags & FRAME_CHECKS); /* the first of the leaf's own */
        bool depends = leaf->flags & (FRAME_USES_FP | FRAME_CFA_SLOT);
        return depends || check <= trunk || check > w->last ? -1 : (int32_t)(w->last - check) + needs_fp;
}

struct twig *twig_keep(struct memo_level *level, const struct frame *frame, const struct stack_start *start)
{
        const struct walked *w = &level->trunk;
        const struct frame *leaf = &w->frames[w->n_frames];
        const struct check *trunk = w->checks + (frame->flags & FRAME_CHECKS) - 1;
        bool needs_fp = leaf->flags & FRAME_NEEDS_FP;
        if (unlikely(needs_fp && !start_is_saved(start)))
                return NULL;
        bool whole = w->last - (w->checks - 1) + needs_fp <= TWIG_CHECKS;
        if (whole)
                trunk = w->checks - 1;
        else if (w->last - trunk + needs_fp > TWIG_CHECKS) {
                frame = leaf;
                trunk = w->last;
        }
        struct twig *t = twig_place(level, start);
        t->pc = start->pc;
        t->sp = start->sp;
        t->frame = frame;
        t->serial = frame->serial;
        t->trunk = trunk;
        t->whole = whole ? t->own : NULL;
        t->caller = caller_of(w, leaf, trunk, START_IS_CHECKED && needs_fp);
        struct check *own = t->own;
        *own = check_never();
        for (const struct check *c = trunk + 1; c <= w->last; ++c)
                *++own = *c;
#if defined __x86_64__
        if (needs_fp)
                *++own = (struct check){(const uint64_t *)start_fp_slot(start), start->fp};
#else
        t->fp_mask = needs_fp ? -1 : 0;
        t->fp = start->fp & (uintptr_t)(intptr_t)t->fp_mask;
#endif
        t->last = own;
        return t;
}

void twig_keep_long(struct memo_level *level, struct twig *t)
{
        const struct check *trunk = level->trunk.checks;
        size_t n_trunk = (size_t)(t->trunk + 1 - trunk), n_own = (size_t)(t->last - t->own);
        struct twig_long *room = n_trunk + n_own <= LONG_CHECKS ? memo_reserve_long(level, t) : NULL;
        if (!room)
                return;
        memcpy(room->checks + 1, trunk, n_trunk * sizeof *trunk);
        memcpy(room->checks + 1 + n_trunk, t->own + 1, n_own * sizeof *trunk);
        t->whole = room->checks;
        t->last = room->checks + n_trunk + n_own;
}
