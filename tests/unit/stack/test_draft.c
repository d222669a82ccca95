/* A stack that is noted down is the same stack when it becomes a node, however late */
#include "shim/stack/draft.h"
#include "shim_place.h"
#include "wire/family.h"

static const uintptr_t a_block = UINT64_C(0x7f1234567890);
static uint64_t allocator_of_free(void) { return wire_word_allocator(WIRE_ENTRY_FREE, 0); }

/* Under frames 100, 101 ... a release of the block. The number for its slot. */
static uint32_t release_note(struct draft_ring *ring, uint32_t n_frames, uintptr_t block)
{
        cr_assert(draft_begin(ring, n_frames + 1));
        uint32_t frame = 0;
        for (uint32_t i = 0; i < n_frames; i++)
                frame = draft_add(ring, frame, 100 + i);
        uint32_t draft = draft_of(ring, draft_add(ring, frame, allocator_of_free()));
        draft_own(ring, draft, block);
        return draft;
}

static uint32_t n_nodes(void) { return (uint32_t)arena.header->extents[WIRE_EXTENT_NODES].used; }

static void is_release_under(uint32_t node, uint32_t n_frames)
{
        cr_assert_eq(arena.nodes[node].word, allocator_of_free());
        while (n_frames-- > 0)
                cr_assert_eq(arena.nodes[node = arena.nodes[node].parent].word, 100 + n_frames);
        cr_assert_eq(arena.nodes[node].parent, 0);
}

static struct draft_ring *ring_begin(void)
{
        place_begin(5);
        struct draft_ring *ring = draft_ring_take(3);
        cr_assert_not_null(ring);
        return ring;
}

Test(draft, is_the_node_that_it_would_have_been)
{
        struct draft_ring *ring = ring_begin();
        uint32_t before = n_nodes();
        uint32_t draft = release_note(ring, 3, a_block);
        cr_assert(draft_is(draft));
        cr_assert_eq(n_nodes(), before);
        uint32_t node = draft_resolve(draft, a_block);
        cr_assert_not(draft_is(node));
        is_release_under(node, 3);
        cr_assert_eq(draft_resolve(draft, a_block), node);
}

Test(draft, says_nothing_of_another_block)
{
        struct draft_ring *ring = ring_begin();
        uint32_t draft = release_note(ring, 3, a_block);
        cr_assert_eq(draft_resolve(draft, a_block + 8), 0);
        cr_assert_eq(draft_resolve(draft, a_block ^ UINT64_C(1) << 46), 0);
        cr_assert_eq(draft_resolve(draft ^ 1 << DRAFT_RING_BITS, a_block), 0);
}

Test(draft, stands_on_what_the_trie_has)
{
        struct draft_ring *ring = ring_begin();
        uint32_t known = trie_step(0, 100);
        cr_assert(draft_begin(ring, 3));
        cr_assert_eq(draft_step(ring, 0, 100), known);
        uint32_t frame = draft_step(ring, known, 101);
        cr_assert(draft_is(frame));
        cr_assert_eq(trie_seek(known, 101), 0);
        cr_assert_eq(arena.nodes[draft_node(ring, frame)].parent, known);
}

static bool (*wanted)(uintptr_t block);
static uint32_t n_became, became_last;
static uintptr_t became_block;

static bool wants(uint32_t draft, uintptr_t block)
{
        cr_assert(draft_is(draft));
        return wanted(block);
}

static void becomes(uint32_t draft, uintptr_t block, uint32_t node)
{
        cr_assert(draft_is(draft));
        n_became++;
        became_last = node;
        became_block = block;
}

static bool none(uintptr_t block)
{
        (void)block;
        return false;
}

static bool only_first(uintptr_t block) { return block == 16; }

static bool all(uintptr_t block)
{
        (void)block;
        return true;
}

/* Note releases of ever new blocks, from 16 on, until `n` chunks have begun; settle each when its turn comes. */
static void chunks_fill(struct draft_ring *ring, uint32_t n)
{
        static const struct draft_settling settling = {wants, becomes};
        uintptr_t block = 0;
        n_became = 0;
        while (ring->turn < n) {
                release_note(ring, 7, block += 16);
                draft_settle(ring, &settling);
        }
}

enum { CHUNKS_FIRST = DRAFT_RING_FIRST / DRAFT_CHUNK };

Test(draft, goes_when_nobody_wants_it)
{
        struct draft_ring *ring = ring_begin();
        uint32_t before = n_nodes();
        wanted = none;
        chunks_fill(ring, 3 * CHUNKS_FIRST);
        cr_assert_eq(n_became, 0);
        cr_assert_eq(n_nodes(), before);
        cr_assert_eq(ring->end, DRAFT_RING_FIRST);
}

Test(draft, becomes_a_node_before_its_place_is_needed)
{
        struct draft_ring *ring = ring_begin();
        wanted = only_first;
        chunks_fill(ring, CHUNKS_FIRST - 1);
        cr_assert_eq(n_became, 0);
        chunks_fill(ring, CHUNKS_FIRST + 1);
        cr_assert_eq(n_became, 1);
        cr_assert_eq(became_block, 16);
        is_release_under(became_last, 7);
        cr_assert_eq(ring->end, DRAFT_RING_FIRST);
}

Test(draft, has_a_longer_ring_where_many_are_wanted)
{
        struct draft_ring *ring = ring_begin();
        wanted = all;
        chunks_fill(ring, 2 * CHUNKS_FIRST - 1);
        cr_assert_eq(ring->end, 2 * DRAFT_RING_FIRST);
        cr_assert_eq(n_became, 0);
        chunks_fill(ring, DRAFT_RING_MOST / DRAFT_CHUNK);
        cr_assert_eq(ring->end, (uint32_t)DRAFT_RING_MOST);
        chunks_fill(ring, DRAFT_RING_MOST / DRAFT_CHUNK + 2);
        cr_assert_eq(ring->end, (uint32_t)DRAFT_RING_MOST);
        cr_assert_gt(n_became, 0);
        is_release_under(became_last, 7);
}

Test(draft, is_out_of_date_as_a_parent_in_the_next_chunk)
{
        struct draft_ring *ring = ring_begin();
        cr_assert(draft_begin(ring, DRAFT_CHUNK - 1));
        uint32_t frame = draft_add(ring, 0, 100);
        ring->n = DRAFT_CHUNK - 1;
        cr_assert(draft_is_near(ring, frame));
        cr_assert(draft_begin(ring, 1));
        cr_assert(draft_is_near(ring, frame));
        cr_assert(draft_begin(ring, 2));
        cr_assert_not(draft_is_near(ring, frame));
}

Test(draft, has_a_turn_for_each_chunk_until_all_are_used)
{
        struct draft_ring *ring = ring_begin();
        ring->turn = DRAFT_TURNS - 1;
        cr_assert(draft_begin(ring, 1));
        uint32_t last = draft_add(ring, 0, 100);
        cr_assert(draft_is(last));
        cr_assert(draft_is_near(ring, last));
        ring->n = DRAFT_CHUNK;
        cr_assert_not(draft_begin(ring, 1));
        draft_turns_begin(ring);
        cr_assert_not(draft_is_near(ring, last));
        cr_assert(draft_begin(ring, 1));
        cr_assert(draft_is_near(ring, draft_add(ring, 0, 100)));
}

Test(draft, waits_for_the_next_chunk_to_be_settled)
{
        static const struct draft_settling settling = {wants, becomes};
        struct draft_ring *ring = ring_begin();
        wanted = none;
        cr_assert_not(draft_begin(ring, DRAFT_CHUNK + 1));
        ring->n = DRAFT_CHUNK;
        cr_assert(draft_begin(ring, 1));
        ring->n = DRAFT_CHUNK;
        cr_assert_not(draft_begin(ring, 1));
        draft_settle(ring, &settling);
        cr_assert(draft_begin(ring, 1));
}

Test(draft, of_the_parent_is_read_in_a_fork_child)
{
        struct draft_ring *ring = ring_begin();
        uint32_t known = trie_step(0, 99);
        cr_assert(draft_begin(ring, 3));
        uint32_t draft = draft_of(ring, draft_add(ring, draft_add(ring, known, 100), allocator_of_free()));
        draft_own(ring, draft, a_block);
        draft_inherit();
        uint64_t words[4] = {0};
        uint32_t n = 0;
        cr_assert_eq(draft_inherited(draft, a_block, words, 4, &n), known);
        cr_assert_eq(n, 2);
        cr_assert_eq(words[0], allocator_of_free());
        cr_assert_eq(words[1], 100);
        n = 0;
        cr_assert_eq(draft_inherited(draft, a_block + 16, words, 4, &n), 0);
        cr_assert_eq(n, 0);
        struct draft_ring *own = draft_ring_take(3);
        cr_assert_neq(own, ring);
        cr_assert_eq(draft_resolve(draft, a_block), 0);
        draft_inherit();
        draft_inherit();
        cr_assert_eq(draft_inherited(draft, a_block, words, 4, &n), 0);
}
