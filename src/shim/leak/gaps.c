/* Heap that a fork child inherited
 *
 * Its parent's blocks are not its to judge, but it may have hung its own into them: so they are roots, as they were at
 * the fork, without what the child has released or got again since (its own table tells). The rest of inherited heap is
 * no root, as in any process: free memory is full of pointers from better days, and their targets were given out again.
 *
 * What the parent changed in its table after the fork hides what was there: from such a place on heap counts, up to
 * where the parent's table is sure again, but no farther than a small block reaches. Where not all that was inherited
 * is in one table (inherited_is_all()), everything counts that was not surely free.
 *
 * A slot says where its block begins, to the word. Slots of older, smaller, released blocks may be left inside a block.
 */
#include "shim/leak/gaps.h"

#include "bare/bits.h"
#include "shim/block/inherited.h"
#include "shim/leak/find.h"
#include "shim/self/life.h"
#include "shim/sys/pages.h"

enum { WORD = sizeof(uintptr_t), REACH = WIRE_SMALL_MAX + 1 };

/* What the parent's table said at the fork. */
static struct {
        bool is_all;
        const struct wire_header *header;
        uint32_t epoch;          /* life_fork_epoch() */
        struct sort_pair *large; /* its large blocks: start -> end; 0 = changed since, so the end is not known */
        size_t n_large, capacity;
} parent;

/* Up to where blocks reach that began below the word at hand. */
static struct {
        uintptr_t at; /* the word at hand */
        uintptr_t own, live, changed, released;
        uintptr_t large_until; /* from here on the large ones are to be looked up again */
        bool in_large;
} cover;

static void large_count(uintptr_t start, uint64_t size, bool changed, void *context) { parent.capacity++; }

static void large_add(uintptr_t start, uint64_t size, bool changed, void *context)
{
        struct block own;
        bool released_here = table_find(start, &own) && own.released;
        if (parent.n_large < parent.capacity && !released_here)
                parent.large[parent.n_large++] = (struct sort_pair){start, changed ? 0 : start + size};
}

void gaps_begin(void)
{
        gaps_end();
        parent.header = arena_inherited();
        parent.epoch = life_fork_epoch();
        cover.at = 0;
        parent.is_all = inherited_is_all(parent.epoch) && inherited_each_large(parent.epoch, large_count, NULL);
        if (!parent.is_all || parent.capacity == 0)
                return;
        parent.large = pages_take(parent.capacity * sizeof *parent.large);
        parent.is_all = parent.large && inherited_each_large(parent.epoch, large_add, NULL);
        if (parent.large)
                sort_pairs(parent.large, parent.n_large);
}

void gaps_end(void)
{
        if (parent.large)
                pages_give(parent.large, parent.capacity * sizeof *parent.large);
        parent.large = NULL;
        parent.n_large = parent.capacity = 0;
}

static bool large_holds(uintptr_t word, uintptr_t *ret_until)
{
        size_t i = sort_find(parent.large, parent.n_large, word), next = i == SIZE_MAX ? 0 : i + 1;
        *ret_until = next < parent.n_large ? parent.large[next].key : UINTPTR_MAX;
        if (i == SIZE_MAX || i >= parent.n_large)
                return false;
        uintptr_t end = parent.large[i].value;
        if (end == 0)
                return true;
        if (word < end && end < *ret_until)
                *ret_until = end;
        return word < end;
}

static inline uintptr_t slot_start(wire_slot slot, uintptr_t granule_start)
{
        return granule_start + (wire_slot_low(slot) & ((UINT64_C(1) << arena.granule_shift) - 1));
}

static inline uintptr_t slot_end(wire_slot slot, uintptr_t start)
{
        uint32_t size = wire_slot_size(slot);
        return align_up(start + (size ? size : 1), WORD);
}

static void parents_slot(wire_slot slot, uintptr_t start)
{
        switch (inherited_slot_says(parent.header, slot, parent.epoch)) {
        case SLOT_SAYS_NOTHING:
                return;
        case SLOT_SAYS_LIVE:
                cover.live = slot_end(slot, start);
                cover.changed = cover.released = 0;
                return;
        case SLOT_SAYS_RELEASED:
                cover.released = slot_end(slot, start);
                return;
        case SLOT_WAS_CHANGED:
                cover.changed = start + REACH;
                cover.released = 0;
                return;
        }
}

static inline bool is_root(uintptr_t word)
{
        if (word < cover.own)
                return false;
        if (!parent.is_all)
                return word < cover.live || word >= cover.released;
        if (word >= cover.large_until)
                cover.in_large = large_holds(word, &cover.large_until);
        return word < cover.live || word < cover.changed || cover.in_large;
}

/* Go on from word to word; `source` NULL: without reading. All within one leaf. */
static void words_walk(uintptr_t start, uintptr_t end, const struct mark_source *source)
{
        uintptr_t granule = UINT64_C(1) << arena.granule_shift;
        uintptr_t first = align_down(start, granule), run = 0; /* 0 = none */
        const wire_slot *own = table_slot(first), *parents = inherited_slots(first);
        for (uintptr_t at = first, i = 0; at < end; at += granule, i++) {
                wire_slot ours = own ? __atomic_load_n(&own[i], __ATOMIC_RELAXED) : 0;
                wire_slot theirs = parents ? __atomic_load_n(&parents[i], __ATOMIC_RELAXED) : 0;
                for (uintptr_t word = at; word < at + granule && word < end; word += WORD) {
                        if (theirs && word == slot_start(theirs, at))
                                parents_slot(theirs, word);
                        if (wire_slot_family(ours) && word == slot_start(ours, at))
                                cover.own = slot_end(ours, word);
                        bool wanted = source && word >= start && is_root(word);
                        if (wanted && run == 0)
                                run = word;
                        if (!wanted && run) {
                                mark_range(run, word, source);
                                run = 0;
                        }
                }
        }
        if (run)
                mark_range(run, end, source);
        cover.at = end;
}

/* Does one of the slots from this address on speak of a block of before the fork? */
static bool any_sure(uintptr_t address, size_t n)
{
        const wire_slot *slots = inherited_ever_held(address) ? inherited_slots(address) : NULL;
        for (size_t i = 0; slots && i < n; i++) {
                enum inherited_slot says = inherited_slot_says(parent.header, slots[i], parent.epoch);
                if (says == SLOT_SAYS_LIVE || says == SLOT_SAYS_RELEASED)
                        return true;
        }
        return false;
}

/* Windows are filled from the front. */
static bool is_window(uintptr_t window)
{
        static uintptr_t last;
        static bool last_is;
        if (window != last || cover.at == 0)
                last_is = any_sure(window, WIRE_PAGE_BYTES / sizeof(wire_slot));
        last = window;
        return last_is;
}

static bool is_page_sure(uintptr_t page)
{
        return any_sure(page, WIRE_PAGE_BYTES >> arena.granule_shift) ||
               (cover.at == page && (cover.live > page || cover.released > page));
}

bool gaps_are_in(uintptr_t page, uintptr_t window, bool is_brk)
{
        if (!parent.is_all)
                return inherited_slots(page) != NULL;
        return is_brk || is_page_sure(page) || (window && is_window(window));
}

/* A block that reaches into this piece may have begun in one that was not read. */
static void cover_find(uintptr_t start)
{
        cover.own = cover.live = cover.changed = cover.released = cover.large_until = 0;
        for (uintptr_t at = start > REACH ? start - REACH : 0; at < start;) {
                uintptr_t next = align_down(at, WIRE_PAGE_BYTES) + WIRE_PAGE_BYTES;
                next = next < start ? next : start;
                words_walk(at, next, NULL);
                at = next;
        }
}

void gaps_read(uintptr_t start, uintptr_t end, const struct mark_source *source)
{
        if (start != cover.at)
                cover_find(start);
        start = align_up(start, WORD);
        words_walk(start, end, source);
}
