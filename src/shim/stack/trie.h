/* Finding, or adding, one frame below another */
#ifndef UNFREED_SHIM_STACK_TRIE_H
#define UNFREED_SHIM_STACK_TRIE_H

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/stack/stack.h"

#include <stdint.h>

/* A node id as it is kept in nodes[parent].last_child and in the index: with eight bits of a hash of parent and word,
 * by which nearly all that is not looked for is told without a look at the node, which is far away in memory. There is
 * room for the first 16 million nodes; the children beyond are found by the spill, see trie.c. */
enum { TRIE_MARK_SHIFT = 24, TRIE_MARK_ID = (1 << TRIE_MARK_SHIFT) - 1 };

/* How many nodes there are, of all threads. */
static inline uint64_t trie_n_nodes(void)
{
        return __atomic_load_n(&arena.header->extents[WIRE_EXTENT_NODES].used, __ATOMIC_RELAXED);
}

/* Good in its upper bits. */
static inline uint64_t trie_hash(uint32_t parent, uint64_t word)
{
        return (word ^ (uint64_t)parent << 40) * UINT64_C(0x9e3779b97f4a7c15);
}

/* What stands beside the id. */
static inline uint32_t trie_mark(uint64_t hash) { return (uint32_t)(hash >> 24) & ~(uint32_t)TRIE_MARK_ID; }

uint32_t trie_child_slow(uint32_t parent, uint64_t word);
uint32_t trie_seek_slow(uint32_t parent, uint64_t word);

/* The child of `parent` for `word` that was found there last, else 0.
 * last_child is published after the node is complete; partner of the release in trie_child_slow(). No child is 0, whose
 * word is none. */
static inline uint32_t trie_last(uint32_t parent, uint64_t word)
{
        uint32_t mark = trie_mark(trie_hash(parent, word));
        uint32_t id = __atomic_load_n(&arena.nodes[parent].last_child, __ATOMIC_ACQUIRE) ^ mark;
        return likely(id <= TRIE_MARK_ID && arena.nodes[id].word == word) ? id : 0;
}

/* The child of `parent` for `word`, added when there is none; 0 when the trie is full. */
static inline uint32_t trie_step(uint32_t parent, uint64_t word)
{
        uint32_t id = trie_last(parent, word);
        return likely(id) ? id : trie_child_slow(parent, word);
}

/* The same, and none is added: 0 = there is none. */
static inline uint32_t trie_seek(uint32_t parent, uint64_t word)
{
        uint32_t id = trie_last(parent, word);
        return likely(id) ? id : trie_seek_slow(parent, word);
}

/* A fork child has a new, empty arena: forget all ids. Other threads do not exist then. */
void trie_reset(void);

#endif
