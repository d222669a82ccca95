/* Memory for remembered walks
 *
 * A thread begins with room for stacks of some sixty frames: one run of pages for everything. Deeper ones get pages of
 * their own, twice as many each time. Nothing goes back to the kernel: a thread that comes later in the same place
 * takes over what the dead one left.
 */
#include "shim/stack/memo.h"

#include "bare/bits.h"
#include "shim/stack/walk.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>
#include <string.h>

enum { FIRST_FRAMES = 60, FIRST_CHECKS = 84, PLACES = 1 << 16 };

struct memo_pages {
        struct memo memo;
        struct level_room {
                struct frame fresh[FIRST_FRAMES];
                struct check checks[1 + FIRST_CHECKS]; /* its first and the first frame: often in one page */
                struct frame frames[FIRST_FRAMES];
        } rooms[MEMO_LEVELS]; /* the second is hardly ever touched */
};

const uint64_t check_zero;

/* The memo of each place, in pages that come on touch. */
static _Atomic(_Atomic(struct memo *) *) places;

static _Atomic(struct memo *) *place_of(uint32_t place)
{
        _Atomic(struct memo *) *all = atomic_load_explicit(&places, memory_order_acquire);
        if (place == 0 || place >= PLACES)
                return NULL;
        if (!all) {
                _Atomic(struct memo *) *fresh = pages_take(PLACES * sizeof *fresh);
                if (!fresh)
                        return NULL;
                if (atomic_compare_exchange_strong(&places, &all, fresh))
                        all = fresh;
                else
                        pages_give(fresh, PLACES * sizeof *fresh);
        }
        return &all[place];
}

static struct memo *memo_new(void)
{
        struct memo_pages *pages = pages_take(sizeof *pages);
        if (!pages)
                return NULL;
        for (unsigned i = 0; i < MEMO_LEVELS; ++i) {
                struct memo_level *level = &pages->memo.levels[i];
                struct walked *w = &level->trunk;
                memo_forget(level);
                walk_begin(level);
                level->credit = level->search_credit = CREDIT_FIRST;
                w->frames = pages->rooms[i].frames;
                w->frames[0].sp = UINTPTR_MAX;
                w->checks = pages->rooms[i].checks + 1;
                w->checks[-1] = check_never();
                w->last = &w->checks[-1];
                w->max_frames = FIRST_FRAMES;
                w->max_checks = FIRST_CHECKS;
                level->fresh = pages->rooms[i].fresh;
                level->max_fresh = FIRST_FRAMES;
        }
        return &pages->memo;
}

struct memo *memo_take(uint32_t place)
{
        _Atomic(struct memo *) *home = place_of(place);
        struct memo *memo = home ? atomic_load_explicit(home, memory_order_acquire) : NULL;
        if (!memo) {
                memo = memo_new();
                if (memo && home)
                        atomic_store_explicit(home, memo, memory_order_release);
                return memo;
        }
        for (unsigned i = 0; i < MEMO_LEVELS; ++i) {
                memo_forget(&memo->levels[i]);
                walk_begin(&memo->levels[i]);
                memo->levels[i].drafts = NULL;
                memo->levels[i].n_release_nodes = 0;
        }
        memo->stack = (struct reach_stack){0};
        return memo;
}

/* New pages for an array that outgrew its own; the first ones lie inside the memo, later ones go back. */
static void *array_grow(void *old, size_t old_bytes, size_t bytes, bool first)
{
        void *fresh = pages_take(bytes);
        if (!fresh)
                return NULL;
        memcpy(fresh, old, old_bytes);
        if (!first)
                pages_give(old, old_bytes);
        return fresh;
}

bool memo_reserve_fresh(struct memo_level *level, uint32_t n)
{
        if (n <= level->max_fresh)
                return true;
        uint32_t max = level->max_fresh;
        while (max < n)
                max *= 2;
        struct frame *fresh = array_grow(level->fresh, level->max_fresh * sizeof *fresh, max * sizeof *fresh,
                                         level->max_fresh == FIRST_FRAMES);
        if (!fresh)
                return false;
        level->fresh = fresh;
        level->max_fresh = max;
        return true;
}

struct twig_long *memo_reserve_long(struct memo_level *level, const struct twig *t)
{
        if (!level->longs && !(level->longs = pages_take(TWIGS * sizeof *level->longs)))
                return NULL;
        struct twig_long *room = &level->longs[t - level->twigs];
        room->checks[0] = check_never();
        return room;
}

void memo_forget_frames(struct memo_level *level)
{
        for (uint32_t i = 0; i < level->trunk.max_frames; ++i)
                level->trunk.frames[i].had = 0;
        memo_forget(level);
}

void memo_drop_twigs(struct memo_level *level)
{
        for (unsigned i = 0; level->has_twigs && i < TWIGS; ++i)
                level->twigs[i].pc = 0;
        level->has_twigs = false;
}

uint32_t memo_serial(struct memo_level *level)
{
        if (unlikely(++level->trunk.serial == 0)) {
                memo_drop_twigs(level);
                for (uint32_t i = 0; i < level->trunk.max_frames; ++i)
                        level->trunk.frames[i].serial = level->trunk.frames[i].had = level->trunk.frames[i].below = 0;
                level->trunk.serial = 1;
        }
        return level->trunk.serial;
}

/* Twigs point into the arrays. */
bool memo_reserve(struct memo_level *level, uint32_t n_frames, uint32_t n_checks)
{
        struct walked *w = &level->trunk;
        memo_drop_twigs(level);
        uint32_t max = w->max_frames;
        while (max <= n_frames) /* and frames[0] */
                max *= 2;
        if (max != w->max_frames) {
                struct frame *frames = array_grow(w->frames, w->max_frames * sizeof *frames, max * sizeof *frames,
                                                  w->max_frames == FIRST_FRAMES);
                if (!frames)
                        return false;
                w->frames = frames;
                w->max_frames = max;
        }
        max = w->max_checks;
        while (max < n_checks)
                max *= 2;
        if (max != w->max_checks) {
                struct check *checks = array_grow(w->checks - 1, (1 + w->max_checks) * sizeof *checks,
                                                  (1 + max) * sizeof *checks, w->max_checks == FIRST_CHECKS);
                if (!checks)
                        return false;
                w->checks = checks + 1;
                w->max_checks = max;
        }
        return true;
}
