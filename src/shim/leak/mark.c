/* Marking
 *
 * The verdict bits of a block are its mark, and a list of addresses says which blocks are still to be read, so that a
 * list of a million nodes needs neither recursion nor more than sixteen bytes for each of them (each block is put on
 * the list at most twice: when it is first found, and when a possible one turns out to be held after all).
 *
 *      UNCLASSIFIED --pointer to the start, from a root or a reachable block--> REACHABLE
 *      UNCLASSIFIED --any other pointer from those, or any from a possible block--> POSSIBLE --as above--> REACHABLE
 *      UNCLASSIFIED --after all roots, a lost block points to it--> INDIRECT
 *      UNCLASSIFIED --after that--> DEFINITE, a leader
 *      INDIRECT --no leader leads to it: it is in a cycle of lost blocks, or behind one--> one of each is a leader
 *
 * These are memcheck's meanings (Valgrind manual, 4.2.8), where an interior pointer from a lost block counts as one to
 * the start. Whether a lost block is pointed to by another is told by reading them all in the order of the table, which
 * is several times faster than following a list. How much a leader leads is told by following, once; meanwhile INDIRECT
 * blocks become COUNTED, or UNCLASSIFIED while cycles are looked for. Verdicts are exchanged rather than stored, since
 * a thread that could not be stopped may write slots too.
 */
#include "shim/leak/mark.h"

#include "shim/block/inherited.h"
#include "shim/block/large.h"
#include "shim/leak/done.h"
#include "shim/leak/find.h"
#include "shim/leak/halves.h"
#include "shim/leak/holder.h"
#include "shim/leak/resident.h"
#include "shim/leak/shape.h"
#include "shim/leak/verdict.h"
#include "shim/python/object.h"
#include "shim/self/life.h"
#include "shim/sys/clock.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <string.h>

enum {
        CLOCK_WORDS = 1 << 20,  /* words read between two looks at the clock: a few milliseconds */
        READ_WORDS = 1 << 16,   /* and between two looks at whether all has been found */
        SPARSE_BYTES = 1 << 17, /* from this size on a block's pages are asked for before they are read */
        AHEAD = 16,             /* blocks whose memory is being fetched while earlier ones are read */
        AHEAD_BYTES = 256,      /* how much of each */
        LEADERS = 4096,         /* that are followed together */
        CANDIDATES = 32,        /* words whose slot is being fetched while earlier ones are looked up */
};

/* What is being read, and how much its pointers are worth. */
struct reading {
        struct mark_source source;
        bool definite; /* a pointer to a start makes reachable, not only possible */
};

/* A word that may point to a block, found at `address`. */
struct candidate {
        uintptr_t word, address;
        struct reading reading;
};
typedef void visit_fn(const struct block *block, bool start, const struct candidate *candidate);

static struct {
        /* Starts of blocks to be read, a ring. First in, first out: blocks that were allocated one after the other and
         * stand in an array so are read upwards, which is twice as fast as downwards. */
        uintptr_t *work;
        size_t n_work, first_work, capacity;
        /* Starts of blocks that only pointers into the middle led to. They are read when there is nothing else: most
         * are found to be REACHABLE by then, and what points into those is passed over. Slabs of a compiler are so. */
        uintptr_t *later;
        size_t n_later, first_later, later_capacity;
        uintptr_t ahead[AHEAD]; /* a ring */
        unsigned n_ahead, first_ahead;
        struct candidate candidates[CANDIDATES]; /* a ring */
        unsigned n_candidates, first_candidate;
        struct done done;       /* REACHABLE blocks: whatever is being done, they are not changed any more */
        bool follows;           /* what they point to will be read in its turn */
        visit_fn *visit;        /* what to do with the blocks that candidates point to */
        uintptr_t leader;       /* of the blocks that are being followed; 0 = none in particular */
        uint32_t leaders_stack; /* where those were born that are on the list */
        const struct sort_pair *readable;
        size_t n_readable;
        bool any_unsafe;        /* else `unsafe` is all zero */
        uint64_t deadline_ns;
        int64_t words_left;      /* until the next look at the clock */
        enum wire_unjudged over; /* time or memory ran out */
        bool has_all;            /* all that is sought is REACHABLE */
        bool any_lost;
        uint64_t n_reached; /* that are REACHABLE */
        uint64_t n_indirect, n_counted;
        struct mark_sum led; /* while counting */
} mark;
static uint64_t unsafe[FIND_REGIONS / 64] PAGES_APART; /* regions of heap that cannot be read as a whole */

static size_t ring_at(size_t i) { return i < mark.capacity ? i : i - mark.capacity; }

static void push(uintptr_t start)
{
        if (likely(mark.n_work < mark.capacity))
                mark.work[ring_at(mark.first_work + mark.n_work++)] = start;
        else
                mark.over = WIRE_UNJUDGED_MEMORY;
}

/* A word points to `block`. What it does depends on what is being done. */
static void reach(const struct block *block, bool start, const struct candidate *candidate)
{
        unsigned verdict = start && candidate->reading.definite ? WIRE_VERDICT_REACHABLE : WIRE_VERDICT_POSSIBLE;
        if (block->verdict != WIRE_VERDICT_UNCLASSIFIED &&
            (block->verdict != WIRE_VERDICT_POSSIBLE || verdict != WIRE_VERDICT_REACHABLE))
                return;
        if (!verdict_set(block, verdict))
                return;
        mark.n_reached += verdict == WIRE_VERDICT_REACHABLE;
        if (verdict == WIRE_VERDICT_POSSIBLE && likely(mark.n_later < mark.later_capacity))
                mark.later[mark.n_later++] = block->start;
        else
                push(block->start);
        holder_note(block->stack, verdict, &candidate->reading.source, candidate->address);
}

/* A lost block points to a block: if that is lost as well, it does not lead. */
static void follow_lost(const struct block *block, bool start, const struct candidate *candidate)
{
        bool is_itself = candidate->address - block->start < block->size;
        if (block->verdict == WIRE_VERDICT_UNCLASSIFIED && !is_itself && verdict_set(block, WIRE_VERDICT_INDIRECT))
                mark.n_indirect++;
}

/* A block that no leader leads to points to a block. */
static void follow_cycle(const struct block *block, bool start, const struct candidate *candidate)
{
        if (block->verdict == WIRE_VERDICT_INDIRECT && verdict_set(block, WIRE_VERDICT_UNCLASSIFIED))
                push(block->start);
}

/* A leader of mark.leaders_stack leads to a block. */
static void count_indirect(const struct block *block, bool start, const struct candidate *candidate)
{
        if (block->verdict != WIRE_VERDICT_INDIRECT || !verdict_set(block, COUNTED))
                return;
        mark.led.blocks++;
        mark.led.bytes += block->size;
        push(block->start);
}

/* `mark.leader` leads to a block; if that was to lead a cycle, it does not any more. */
static void count(const struct block *block, bool start, const struct candidate *candidate)
{
        if (block->start == mark.leader || !is_of_lost(block->verdict) || !verdict_set(block, COUNTED))
                return;
        mark.led.blocks++;
        mark.led.bytes += block->size;
        push(block->start);
}

static void candidate_take(void)
{
        struct candidate candidate = mark.candidates[mark.first_candidate];
        mark.first_candidate = (mark.first_candidate + 1) % CANDIDATES;
        mark.n_candidates--;
        struct block block;
        bool start;
        if (!find_block(candidate.word, &block, &start))
                return;
        if (block.verdict == WIRE_VERDICT_REACHABLE)
                done_note(&mark.done, candidate.word, block.start, block.size);
        /* What was not written since the fork can mean a block of ours only if that stands where one stood then, as
         * after a realloc in place. */
        if (candidate.reading.source.is_inherited && !inherited_may_begin(block.start, life_fork_epoch()))
                return;
        if (candidate.reading.source.is_allocators && shape_is_last_remainder(candidate.address, mark_readable))
                return;
        if (!start) {
                if (candidate.reading.source.is_allocators && shape_is_free_chunk(&block, candidate.word))
                        return;
                start = block.verdict != WIRE_VERDICT_REACHABLE && shape_is_start(&block, candidate.word);
        }
        mark.visit(&block, start, &candidate);
}

static void candidate_add(uintptr_t word, uintptr_t address, const struct reading *reading)
{
        wire_slot *slot = table_slot(word);
        if (slot)
                __builtin_prefetch(slot);
        /* With little else to be read the block itself will be wanted at once: a chain is as fast as its slowest miss.
         */
        if (mark.follows && mark.n_work + mark.n_ahead < AHEAD)
                __builtin_prefetch((const void *)word);
        if (mark.n_candidates == CANDIDATES)
                candidate_take();
        mark.candidates[(mark.first_candidate + mark.n_candidates++) % CANDIDATES] =
                (struct candidate){.word = word, .address = address, .reading = *reading};
}

/* Most words point to no block: four at a time are asked by their range alone. */
READS_ANYTHING static void words_read(const uintptr_t *words, size_t n, uintptr_t address,
                                      const struct reading *reading)
{
        const uintptr_t low = find.low, span = find.span;
        size_t i = 0;
        for (; i + 4 <= n; i += 4) {
                const uintptr_t *four = words + i;
                if (likely(!((four[0] - low < span) | (four[1] - low < span) | (four[2] - low < span) |
                             (four[3] - low < span))))
                        continue;
                for (size_t k = i; k < i + 4; k++)
                        if (find_may_point(words[k]) && !done_holds(&mark.done, words[k]))
                                candidate_add(words[k], address + k * sizeof *words, reading);
        }
        for (; i < n; i++)
                if (find_may_point(words[i]) && !done_holds(&mark.done, words[i]))
                        candidate_add(words[i], address + i * sizeof *words, reading);
}

/* A thread that did not stand still may have made blocks that were reached in the place of others: so they are looked
 * at before it is believed. */
bool mark_has_all(void)
{
        if (likely(mark.n_reached < find.n_sought) || mark.has_all)
                return mark.has_all;
        while (mark.n_candidates)
                candidate_take();
        mark.has_all = mark_count(WIRE_VERDICT_UNCLASSIFIED).blocks + mark_count(WIRE_VERDICT_POSSIBLE).blocks == 0;
        if (!mark.has_all)
                find.n_sought = UINT64_MAX;
        return mark.has_all;
}

static void clock_spend(size_t n_words)
{
        mark.words_left -= (int64_t)n_words + 8;
        if (likely(mark.words_left > 0))
                return;
        mark.words_left = CLOCK_WORDS;
        if (clock_ns() > mark.deadline_ns)
                mark.over = WIRE_UNJUDGED_TIME;
}

static void range_read(uintptr_t start, uintptr_t end, const struct reading *reading)
{
        start = align_up(start, sizeof(uintptr_t));
        end = align_down(end, sizeof(uintptr_t));
        while (start < end && !mark.over && !mark_has_all()) {
                size_t n = (end - start) / sizeof(uintptr_t);
                n = n < READ_WORDS ? n : READ_WORDS;
                clock_spend(n);
                words_read((const uintptr_t *)start, n, start, reading);
                start += n * sizeof(uintptr_t);
                if (find.n_sought != UINT64_MAX)
                        while (mark.n_candidates)
                                candidate_take();
        }
}

static void run_read(uintptr_t start, uintptr_t end, void *context) { range_read(start, end, context); }

static bool may_be_halves(const struct block *block)
{
        return unlikely(find.half_end != 0) && halves_may_fill(block->size);
}

READS_ANYTHING static void halves_read(uintptr_t start, uintptr_t end, void *context)
{
        const struct reading *reading = context;
        const uint32_t *halves = (const uint32_t *)start;
        size_t n = (end - start) / sizeof *halves;
        clock_spend(n / 2);
        if (!halves_are_addresses(halves, n, find.half_end))
                return;
        for (size_t i = 0; i < n; i++) {
                struct block block;
                bool is_start;
                if (find_may_point(halves[i]) && find_block(halves[i], &block, &is_start) && is_start)
                        candidate_add(halves[i], start + i * sizeof *halves, reading);
        }
}

typedef void read_fn(uintptr_t start, uintptr_t end, void *reading);

static void safe_read(uintptr_t start, uintptr_t end, read_fn *read, struct reading *reading)
{
        if (end - start < SPARSE_BYTES)
                read(start, end, reading);
        else
                resident_each(start, end, RESIDENT_ANY, read, reading);
}

bool mark_readable(uintptr_t address, size_t bytes)
{
        size_t i = sort_find(mark.readable, mark.n_readable, address);
        return i < mark.n_readable && mark.readable[i].key <= address && address + bytes <= mark.readable[i].value;
}

/* Only where the block can be read: a program may take away the access to pages of its heap, or the pages. */
static bool may_fail(const struct block *block)
{
        return block->large || (mark.any_unsafe && find_bit(unsafe, block->start, find.region_shift)) ||
               block->start >> find.region_shift != (block->start + block->size) >> find.region_shift;
}

static void readable_read(uintptr_t start, uintptr_t end, read_fn *read, struct reading *reading)
{
        size_t i = sort_find(mark.readable, mark.n_readable, start);
        for (i = i == SIZE_MAX ? 0 : i; i < mark.n_readable && mark.readable[i].key < end; i++) {
                uintptr_t from = start > mark.readable[i].key ? start : mark.readable[i].key;
                uintptr_t to = end < mark.readable[i].value ? end : mark.readable[i].value;
                if (from < to)
                        safe_read(from, to, read, reading);
        }
}

static void block_read(const struct block *block, struct reading *reading)
{
        uintptr_t start = block->start, end = block->start + block->size;
        bool fails = may_fail(block);
        unsigned links;
        if (block->family == WIRE_FAMILY_PYOBJECT && (likely(!fails) || mark_readable(start, block->size)) &&
            object_links_frozen(start, block->size, mark_readable, &links)) {
                range_read(start, start + links, reading);
                start += links + OBJECT_LINKS_BYTES;
        }
        void (*each)(uintptr_t, uintptr_t, read_fn *, struct reading *) = likely(!fails) ? safe_read : readable_read;
        each(start, end, run_read, reading);
        if (may_be_halves(block))
                each(start, end, halves_read, reading);
}

/* Take blocks from the list a little before they are read, so that their memory is there by then. */
static uintptr_t next_take(void)
{
        while (mark.n_ahead < AHEAD && mark.n_work) {
                uintptr_t start = mark.work[mark.first_work];
                mark.n_work--;
                /* From the start again where that is possible: fewer pages of the list are touched. */
                mark.first_work = mark.n_work ? ring_at(mark.first_work + 1) : 0;
                for (uintptr_t line = 0; line < AHEAD_BYTES; line += 64)
                        __builtin_prefetch((const void *)(start + line));
                wire_slot *slot = table_slot(start);
                if (slot)
                        __builtin_prefetch(slot);
                mark.ahead[(mark.first_ahead + mark.n_ahead++) % AHEAD] = start;
        }
        if (mark.n_ahead == 0)
                return 0;
        uintptr_t start = mark.ahead[mark.first_ahead];
        mark.first_ahead = (mark.first_ahead + 1) % AHEAD;
        mark.n_ahead--;
        return start;
}

/* One that is POSSIBLE still. */
static uintptr_t later_take(void)
{
        struct block block;
        while (mark.first_later < mark.n_later) {
                uintptr_t start = mark.later[mark.first_later++];
                if (table_find(start, &block) && !block.released && block.verdict == WIRE_VERDICT_POSSIBLE)
                        return start;
        }
        mark.first_later = mark.n_later = 0;
        return 0;
}

static void follow(visit_fn *visit, uintptr_t leader)
{
        mark.visit = visit;
        mark.follows = true;
        mark.leader = leader;
        while (!mark.over) {
                uintptr_t start = next_take();
                if (start == 0 && mark.n_candidates == 0)
                        start = later_take();
                struct block block;
                if (start && table_find(start, &block) && !block.released) {
                        struct reading reading = {
                                .source = {.kind = WIRE_HOLDER_BLOCK, .other = block.stack},
                                .definite = block.verdict != WIRE_VERDICT_POSSIBLE,
                        };
                        block_read(&block, &reading);
                } else if (mark.n_candidates) {
                        candidate_take();
                } else if (start == 0) {
                        return;
                }
        }
}

void mark_follow(void) { follow(reach, 0); }

static bool push_block(const struct block *block)
{
        push(block->start);
        return true;
}

static bool clear_block(const struct block *block)
{
        verdict_set(block, WIRE_VERDICT_UNCLASSIFIED);
        return true;
}

static bool clear_large(const struct block *block, void *context)
{
        return !is_judged(block->verdict) || clear_block(block);
}

/* Also when the index of large blocks is no more. */
void mark_clear(void)
{
        find_each_small(is_judged, clear_block, false);
        large_each(clear_large, NULL);
}

/* Twice each live block, by the pages that were ever written (each of 512 slots) and the large ones. */
static size_t work_most(void)
{
        size_t n = find.n_large + 64;
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        for (uint64_t leaf = 1; leaf < range->used && leaf < range->capacity; leaf++)
                for (unsigned page = 0; page < WIRE_LEAF_PAGES; page++)
                        n += arena.leaves[leaf].touched[page] ? WIRE_PAGE_BYTES / sizeof(wire_slot) : 0;
        return 2 * n;
}

bool mark_begin(const struct mark_limits *limits)
{
        memset(unsafe, 0, mark.any_unsafe ? sizeof unsafe : 0);
        memset(&mark, 0, sizeof mark);
        mark.deadline_ns = limits->deadline_ns;
        mark.words_left = CLOCK_WORDS;
        mark.visit = reach;
        if (!find_begin())
                return false;
        /* Under a limit of address space less may do: few programs have all their pointers in one place. */
        mark.capacity = work_most();
        mark.work = pages_take(mark.capacity * sizeof *mark.work);
        for (int i = 0; i < 3 && mark.work == NULL; i++) {
                mark.capacity /= 8;
                mark.work = pages_take(mark.capacity * sizeof *mark.work);
        }
        if (mark.work == NULL) {
                find_end();
                return false;
        }
        done_begin(&mark.done, pages_take(DONE_BLOCKS * sizeof(struct done_block)));
        mark.later_capacity = mark.capacity / 2;
        mark.later = pages_take(mark.later_capacity * sizeof *mark.later);
        if (mark.later == NULL)
                mark.later_capacity = 0;
        if (limits->again)
                mark_clear();
        if (limits->ignored)
                find_each(is_ignored, push_block);
        return true;
}

void mark_set_readable(const struct sort_pair *ranges, size_t n)
{
        mark.readable = ranges;
        mark.n_readable = n;
        uintptr_t region = UINT64_C(1) << find.region_shift;
        const struct wire_range *range = &arena.header->extents[WIRE_EXTENT_LEAVES];
        for (uint64_t leaf = 1; leaf < range->used && leaf < range->capacity; leaf++) {
                uintptr_t base = arena.leaves[leaf].base;
                size_t i = sort_find(ranges, n, base);
                if (i == SIZE_MAX || ranges[i].value < base + region) {
                        find_set_bit(unsafe, base, find.region_shift);
                        mark.any_unsafe = true;
                }
        }
}

void mark_range(uintptr_t start, uintptr_t end, const struct mark_source *source)
{
        struct reading reading = {.source = *source, .definite = true};
        range_read(start, end, &reading);
}

void mark_copy(const uintptr_t *words, size_t n, uintptr_t address, const struct mark_source *source)
{
        struct reading reading = {.source = *source, .definite = true};
        clock_spend(n);
        words_read(words, n, address, &reading);
}

void mark_word(uintptr_t word, uintptr_t address, const struct mark_source *source)
{
        struct reading reading = {.source = *source, .definite = true};
        words_read(&word, 1, address, &reading);
}

static bool read_lost(const struct block *block)
{
        struct reading reading = {.source = {.kind = WIRE_HOLDER_BLOCK, .other = block->stack}};
        mark.any_lost = true;
        block_read(block, &reading);
        return !mark.over;
}

static bool lead_block(const struct block *block)
{
        verdict_set(block, WIRE_VERDICT_DEFINITE);
        return true;
}

static bool lead_cycle(const struct block *block)
{
        if (!verdict_set(block, WIRE_VERDICT_DEFINITE))
                return true;
        push(block->start);
        follow(follow_cycle, block->start);
        return !mark.over;
}

static void count_from(uint32_t stack, visit_fn *visit, uintptr_t leader)
{
        mark.led = (struct mark_sum){0};
        follow(visit, leader);
        mark.n_counted += mark.led.blocks;
        if (mark.led.blocks)
                holder_leads(stack, mark.led.blocks, mark.led.bytes);
}

/* Whose leader is not in question: those of one site are followed together, which hides the way of one to memory behind
 * that of another. */
static bool count_block(const struct block *block)
{
        if (mark.n_work == LEADERS || (mark.n_work && block->stack != mark.leaders_stack))
                count_from(mark.leaders_stack, count_indirect, 0);
        mark.leaders_stack = block->stack;
        push(block->start);
        return !mark.over;
}

static bool count_cycle(const struct block *block)
{
        push(block->start);
        count_from(block->stack, count, block->start);
        return !mark.over;
}

static bool uncount_block(const struct block *block)
{
        verdict_set(block, WIRE_VERDICT_INDIRECT);
        return true;
}

/* Each leader of a cycle was not reached from those before it, but may reach them: counted from the last to the first,
 * whoever has been reached by then does not lead. */
static void cycles_lead(void)
{
        find_each(is_indirect, lead_cycle);
        find_each_backwards(is_definite, count_cycle);
}

void mark_lost(void)
{
        if (mark.over)
                return;
        mark.visit = follow_lost;
        mark.follows = false;
        mark.any_lost = false;
        find_each(is_lost, read_lost);
        follow(follow_lost, 0);
        if (mark.over || !mark.any_lost)
                return;
        find_each(is_unclassified, lead_block);
        if (mark.n_indirect == 0)
                return;
        find_each(is_definite, count_block);
        count_from(mark.leaders_stack, count_indirect, 0);
        if (mark.n_counted < mark.n_indirect && !mark.over)
                cycles_lead();
        find_each(is_counted, uncount_block);
}

bool mark_large_at(uintptr_t address, uintptr_t *ret_start, uintptr_t *ret_end)
{
        size_t i = sort_find(find.large, find.n_large, address);
        for (i = i == SIZE_MAX ? 0 : i; i < find.n_large; i++) {
                *ret_start = find.large[i].key;
                *ret_end = *ret_start + arena.large[find.large[i].value].size;
                if (address < *ret_end)
                        return true;
        }
        return false;
}

enum wire_unjudged mark_end(void)
{
        pages_give(mark.work, mark.capacity * sizeof *mark.work);
        mark.work = NULL;
        if (mark.later)
                pages_give(mark.later, mark.later_capacity * sizeof *mark.later);
        mark.later = NULL;
        if (mark.done.blocks != mark.done.few)
                pages_give(mark.done.blocks, DONE_BLOCKS * sizeof(struct done_block));
        find_end();
        return mark.over;
}
