/* Finding, or adding, one frame below another */
#ifndef UNFREED_SHIM_STACK_TRIE_H
#define UNFREED_SHIM_STACK_TRIE_H

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/stack/stack.h"

#include <stdint.h>

uint32_t trie_child_slow(uint32_t parent, uint64_t word);

/* The child of `parent` for `word`, added when there is none; 0 when the trie is full.
 * last_child is published after the node is complete; partner of the release in trie_child_slow(). */
static inline uint32_t trie_step(uint32_t parent, uint64_t word)
{
        uint32_t id = __atomic_load_n(&arena.nodes[parent].last_child, __ATOMIC_ACQUIRE);
        if (likely(id != 0 && arena.nodes[id].word == word))
                return id;
        return trie_child_slow(parent, word);
}

/* A fork child has a new, empty arena: forget all ids. Other threads do not exist then. */
void trie_reset(void);

#endif
