/* Stacks of releases, noted down and not yet nodes: rings, and how a draft becomes a node */
#include "shim/stack/draft.h"

#include "shim/self/shelf.h"
#include "shim/sys/pages.h"

#include <stdatomic.h>
#include <string.h>

/* Of a block's address: what stands in `word`, and where, and how many bits. The rest stands in `own`. */
enum { OWNER_ALIGN_BITS = 3, OWNER_SHIFT = 16, OWNER_BITS = 32 };
static const uint64_t owner_bits = ((UINT64_C(1) << OWNER_BITS) - 1) << OWNER_SHIFT;

static struct shelf rings;     /* struct draft_ring */
static struct shelf inherited; /* in a fork child: its parent's, as they were at the fork */

struct draft_ring *draft_ring_take(uint32_t place)
{
        void **home = place && place < DRAFT_PLACES ? shelf_at(&rings, place) : NULL;
        struct draft_ring *ring = home ? *home : NULL;
        if (ring || !home || !(ring = pages_take(sizeof *ring)))
                return ring;
        ring->place = place;
        ring->turn = 1;
        ring->end = DRAFT_RING_FIRST;
        ring->is_free = true;
        __atomic_store_n(home, ring, __ATOMIC_RELEASE);
        return ring;
}

bool draft_begin(struct draft_ring *ring, uint32_t n)
{
        if (likely(ring->n + n <= DRAFT_CHUNK))
                return true;
        if (n > DRAFT_CHUNK || !ring->is_free || draft_turns_are_over(ring))
                return false;
        ring->used[ring->chunk / DRAFT_CHUNK] = (uint16_t)ring->n;
        ring->chunk = draft_next_chunk(ring);
        if (ring->used[ring->chunk / DRAFT_CHUNK] == 0)
                pages_prepare(&ring->frames[ring->chunk], DRAFT_CHUNK * sizeof *ring->frames);
        ring->turn++;
        ring->n = 0;
        ring->is_free = false;
        return true;
}

static uint64_t owner_of(const struct draft_frame *f)
{
        uint64_t high = f->own & ~(uint32_t)DRAFT_OWNED, low = (f->word & owner_bits) >> OWNER_SHIFT;
        return (high << OWNER_BITS | low) << OWNER_ALIGN_BITS;
}

static uint64_t word_of(const struct draft_frame *f)
{
        return f->own & (uint32_t)DRAFT_OWNED ? f->word & ~owner_bits : f->word;
}

void draft_own(struct draft_ring *ring, uint32_t draft, uintptr_t block)
{
        struct draft_frame *f = &ring->frames[draft & (DRAFT_RING_MOST - 1)];
        uint64_t address = block >> OWNER_ALIGN_BITS;
        f->word |= address << OWNER_SHIFT & owner_bits;
        f->own = (uint32_t)DRAFT_OWNED | (uint32_t)(address >> OWNER_BITS);
}

/* The frame that called *f; NULL = its parent is a node, or, where the ring is being written, anything. */
static const struct draft_frame *outer_of(const struct draft_ring *ring, const struct draft_frame *f)
{
        size_t at = (size_t)(f - ring->frames), place = f->parent & (DRAFT_CHUNK - 1);
        return draft_is(f->parent) && place < at % DRAFT_CHUNK ? &ring->frames[align_down(at, DRAFT_CHUNK) + place]
                                                               : NULL;
}

/* As a node. The root's side first, for which one goes there anew for each frame: no stack is deep, and hardly any is
 * asked for. */
static uint32_t path_intern(const struct draft_ring *ring, const struct draft_frame *leaf)
{
        uint32_t depth = 1;
        const struct draft_frame *f = leaf;
        for (const struct draft_frame *outer; (outer = outer_of(ring, f)); f = outer)
                depth++;
        uint32_t node = f->parent;
        if (draft_is(node))
                return 0;
        while (depth-- > 0) {
                f = leaf;
                for (uint32_t i = 0; i < depth && f; i++)
                        f = outer_of(ring, f);
                node = f ? trie_step(node, word_of(f)) : 0;
                if (node == 0)
                        return 0;
        }
        return node;
}

/* The draft of this block's release, in rings of `shelf`; NULL = it speaks of another by now. */
static const struct draft_frame *leaf_find(struct shelf *shelf, uint32_t draft, uintptr_t block,
                                           const struct draft_ring **ret_ring)
{
        void **home = shelf_at(shelf, draft >> DRAFT_RING_BITS & (DRAFT_PLACES - 1));
        const struct draft_ring *ring = home ? __atomic_load_n(home, __ATOMIC_ACQUIRE) : NULL;
        const struct draft_frame *f = ring ? &ring->frames[draft & (DRAFT_RING_MOST - 1)] : NULL;
        *ret_ring = ring;
        return f && f->own & (uint32_t)DRAFT_OWNED && owner_of(f) == block ? f : NULL;
}

uint32_t draft_resolve(uint32_t draft, uintptr_t block)
{
        const struct draft_ring *ring;
        const struct draft_frame *leaf = leaf_find(&rings, draft, block, &ring);
        return leaf ? path_intern(ring, leaf) : 0;
}

uint32_t draft_node(const struct draft_ring *ring, uint32_t number)
{
        return path_intern(ring, &ring->frames[ring->chunk + (number & (DRAFT_CHUNK - 1))]);
}

static bool is_wanted(const struct draft_ring *ring, uint32_t at, const struct draft_settling *settling)
{
        return settling->wants(draft_at(ring, at), owner_of(&ring->frames[at]));
}

/* The ring has come to its end: shall it be longer? If more than an eighth of its oldest drafts are still of use. */
static void ring_turn(struct draft_ring *ring, const struct draft_settling *settling)
{
        enum { EIGHTH = 8 };
        uint32_t n_drafts = 0, n_wanted = 0;
        for (uint32_t i = 0; i < ring->used[0]; i++) {
                if (!(ring->frames[i].own & (uint32_t)DRAFT_OWNED))
                        continue;
                n_drafts++;
                n_wanted += is_wanted(ring, i, settling);
        }
        if (n_wanted > n_drafts / EIGHTH && ring->end < DRAFT_RING_MOST)
                ring->end *= 2;
}

/* Which frames of a chunk are to become nodes: `own` of those stays, or becomes 1; that of the others is 0 then. Frames
 * follow those that called them, so once through from the end is enough. */
static void frames_choose(struct draft_ring *ring, uint32_t chunk, uint32_t n, const struct draft_settling *settling)
{
        while (n-- > 0) {
                struct draft_frame *f = &ring->frames[chunk + n];
                if (f->own & (uint32_t)DRAFT_OWNED && !is_wanted(ring, chunk + n, settling))
                        f->own = 0;
                const struct draft_frame *outer = outer_of(ring, f);
                if (f->own && outer && !outer->own)
                        ring->frames[outer - ring->frames].own = 1;
        }
}

/* And they do: `own` is the node then, 0 where the trie is full. */
static void frames_intern(struct draft_ring *ring, uint32_t chunk, uint32_t n, const struct draft_settling *settling)
{
        for (uint32_t i = 0; i < n; i++) {
                struct draft_frame *f = &ring->frames[chunk + i];
                if (f->own == 0)
                        continue;
                const struct draft_frame *outer = outer_of(ring, f);
                uint32_t parent = outer ? outer->own : f->parent;
                uint32_t node = outer && parent == 0 ? 0 : trie_step(parent, word_of(f));
                if (f->own & (uint32_t)DRAFT_OWNED)
                        settling->becomes(draft_at(ring, chunk + i), owner_of(f), node);
                f->own = node;
        }
}

void draft_settle(struct draft_ring *ring, const struct draft_settling *settling)
{
        if (ring->is_free || ring->is_settling)
                return;
        ring->is_settling = true;
        atomic_signal_fence(memory_order_seq_cst);
        if (draft_next_chunk(ring) == 0)
                ring_turn(ring, settling);
        uint32_t chunk = draft_next_chunk(ring), n = ring->used[chunk / DRAFT_CHUNK];
        frames_choose(ring, chunk, n, settling);
        frames_intern(ring, chunk, n, settling);
        ring->used[chunk / DRAFT_CHUNK] = 0;
        /* Slots first, then what they named: partner of those who read a draft and then its slot again. */
        atomic_thread_fence(memory_order_seq_cst);
        ring->is_free = true;
        atomic_signal_fence(memory_order_seq_cst);
        ring->is_settling = false;
}

static void rings_forget(struct shelf *shelf)
{
        for (uint32_t place = 0; place < DRAFT_PLACES; place += SHELF_BOARD_PLACES) {
                void **board = atomic_load(&shelf->boards[place / SHELF_BOARD_PLACES]);
                for (unsigned i = 0; board && i < SHELF_BOARD_PLACES; i++)
                        if (board[i])
                                pages_give(board[i], sizeof(struct draft_ring));
                if (board)
                        memset(board, 0, SHELF_BOARD_PLACES * sizeof *board);
        }
}

void draft_inherit(void)
{
        rings_forget(&inherited);
        struct shelf spare = inherited;
        inherited = rings;
        rings = spare;
}

uint32_t draft_inherited(uint32_t draft, uintptr_t block, uint64_t *words, uint32_t most, uint32_t *ret_n)
{
        const struct draft_ring *ring;
        const struct draft_frame *f = leaf_find(&inherited, draft, block, &ring), *outer;
        if (!f)
                return 0;
        uint32_t n = 0;
        for (;; f = outer) {
                if (n < most)
                        words[n++] = word_of(f);
                if (!(outer = outer_of(ring, f)))
                        break;
        }
        *ret_n = n;
        return draft_is(f->parent) ? 0 : f->parent;
}
