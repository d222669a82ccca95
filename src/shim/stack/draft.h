/* Stacks of releases, noted down and not yet nodes
 *
 * The stack of a release is asked for only if its block is released a second time. Programs that take structures down
 * release from stacks that never come back: a destructor in a tree whose shape is random has another one for each
 * block. As nodes they would stay for good, and a service would grow without bound. So a thread whose releases have
 * added many nodes notes such a stack down instead: the frames that the trie does not have, one after the other, in a
 * ring of its own. The block's slot then has the number of that draft in place of a node's.
 *
 * Before the ring comes round to a draft again, the slot is asked whether it still speaks of that release
 * (record/settle.h). Mostly the address has long been given out again, and the draft was all that its stack ever cost.
 * Else the stack becomes a node now, so that nothing is lost.
 *
 * The ring is a row of chunks, and the frames of a draft lie in one chunk, each after the one that called it: so a
 * chunk is of use by itself, whatever happens to others. A frame of the remembered walk (memo.h) is named by the
 * chunk's turn and its place there. When the next chunk begins these names are out of date, and the frames that are
 * still wanted are noted again. The ring begins short. When it has come round and too many drafts were still of use, it
 * doubles.
 *
 * Owner: the thread that has the place in the thread list. Others read a draft that a slot names, and look at the slot
 * afterwards: as long as that names it, the draft was whole.
 */
#ifndef UNFREED_SHIM_STACK_DRAFT_H
#define UNFREED_SHIM_STACK_DRAFT_H

#include "bare/bits.h"
#include "shim/stack/trie.h"
#include "wire/slot.h"

/* Numbers from here on are no nodes. A slot's: the place in the thread list, and that in the ring. A frame's: the turn
 * of its chunk, below DRAFT_TURNS, and the place in the chunk. */
enum {
        DRAFT_FIRST = WIRE_SLOT_NODES_END,
        DRAFT_CHUNK_BITS = 10,
        DRAFT_CHUNK = 1 << DRAFT_CHUNK_BITS,
        DRAFT_TURNS = DRAFT_FIRST >> DRAFT_CHUNK_BITS,
        DRAFT_RING_BITS = 18,
        DRAFT_RING_FIRST = 16 * DRAFT_CHUNK,
        DRAFT_RING_MOST = 1 << DRAFT_RING_BITS, /* frames: 4 MiB */
        DRAFT_PLACES = DRAFT_FIRST >> DRAFT_RING_BITS,
};
static inline bool draft_is(uint32_t stack) { return stack >= DRAFT_FIRST; }

struct draft_frame {
        uint64_t word;   /* wire/node.h. The innermost has its block's address, shifted by 3, in bits 16 to 47 ... */
        uint32_t parent; /* a node, or DRAFT_FIRST + a place in this chunk */
        uint32_t own; /* ... and here what is above these bits, + DRAFT_OWNED. Others: only while they become nodes */
};
enum { DRAFT_OWNED = INT32_MIN };

struct draft_ring {
        uint32_t place;                               /* in the thread list */
        uint32_t chunk;                               /* where the present one begins */
        uint32_t n;                                   /* frames in it */
        uint32_t turn;                                /* of it: counts chunks, from 1 on */
        uint32_t end;                                 /* of what is in use; a power of 2 */
        bool is_free;                                 /* the next one has been settled */
        bool is_settling;                             /* it is just being settled, as a signal handler may find */
        uint16_t used[DRAFT_RING_MOST / DRAFT_CHUNK]; /* frames in each chunk but the present one */
        struct draft_frame frames[DRAFT_RING_MOST];
};

/* The ring of a place in the thread list, made if there is none; NULL = there is none for it, or no memory. */
struct draft_ring *draft_ring_take(uint32_t place);

/* Is this frame's number one of the present chunk? */
static inline bool draft_is_near(const struct draft_ring *ring, uint32_t number)
{
        return ((number - DRAFT_FIRST) >> DRAFT_CHUNK_BITS) == ring->turn;
}

/* Are there no numbers for the frames of another chunk? Then draft_begin() says no, until none is in use any more. */
static inline bool draft_turns_are_over(const struct draft_ring *ring) { return ring->turn == DRAFT_TURNS - 1; }
static inline void draft_turns_begin(struct draft_ring *ring) { ring->turn = 0; }

/* May `n` frames be noted, all in one chunk? When that is the next one, numbers of frames are out of date afterwards.
 */
bool draft_begin(struct draft_ring *ring, uint32_t n);

/* Where the chunk after the present one begins. */
static inline uint32_t draft_next_chunk(const struct draft_ring *ring)
{
        return (ring->chunk + DRAFT_CHUNK) & (ring->end - 1);
}

/* Note one frame under `parent`, a node or the number of a near frame: its number. draft_begin() has said that it fits.
 */
static inline uint32_t draft_add(struct draft_ring *ring, uint32_t parent, uint64_t word)
{
        uint32_t at = ring->n++;
        ring->frames[ring->chunk + at] = (struct draft_frame){
                .word = word,
                .parent = draft_is(parent) ? DRAFT_FIRST + (parent & (DRAFT_CHUNK - 1)) : parent,
        };
        return DRAFT_FIRST | ring->turn << DRAFT_CHUNK_BITS | at;
}

/* The child of `parent` for `word`: the node, if the trie has it, else noted. */
static inline uint32_t draft_step(struct draft_ring *ring, uint32_t parent, uint64_t word)
{
        uint32_t node = draft_is(parent) ? 0 : trie_seek(parent, word);
        return node ? node : draft_add(ring, parent, word);
}

/* The number for a slot of what stands there in the ring; and of a near frame. */
static inline uint32_t draft_at(const struct draft_ring *ring, uint32_t at)
{
        return DRAFT_FIRST | ring->place << DRAFT_RING_BITS | at;
}
static inline uint32_t draft_of(const struct draft_ring *ring, uint32_t number)
{
        return draft_at(ring, ring->chunk + (number & (DRAFT_CHUNK - 1)));
}

/* Say of which block a draft in this ring is the release. */
void draft_own(struct draft_ring *ring, uint32_t draft, uintptr_t block);

/* The node of a draft of this block's release; 0 when it speaks of another by now. Whether it was whole only the slot
 * can tell, see above. */
uint32_t draft_resolve(uint32_t draft, uintptr_t block);

/* The node of a near frame's stack. */
uint32_t draft_node(const struct draft_ring *ring, uint32_t number);

/* For each draft of the next chunk that has a block: is its stack still wanted? Those of which `wants` says so, by the
 * number in the slot, become nodes, and `becomes` is told (0: the trie is full). Then the chunk is free. */
struct draft_settling {
        bool (*wants)(uint32_t draft, uintptr_t block);
        void (*becomes)(uint32_t draft, uintptr_t block, uint32_t node);
};
void draft_settle(struct draft_ring *ring, const struct draft_settling *settling);

/* This is a fork child: what was noted is its parent's, and stays to be read. */
void draft_inherit(void);

/* The words, innermost first, of a draft that the parent's slot of this block names, `most` at most, and on which node
 * of the parent's they stand. *ret_n stays as it is where the draft speaks of another block. */
uint32_t draft_inherited(uint32_t draft, uintptr_t block, uint64_t *words, uint32_t most, uint32_t *ret_n);

#endif
