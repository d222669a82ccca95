/* Blocks for which no word does any more
 *
 * Programs that carve objects out of slabs (compilers, parsers) have a pointer in nearly every word, into few blocks
 * that were found to be reachable long ago. So the block that a word of a piece of memory pointed to last is
 * remembered, if it is of that kind: a look at one line of the cache instead of a search in the table.
 */
#ifndef UNFREED_SHIM_LEAK_DONE_H
#define UNFREED_SHIM_LEAK_DONE_H

#include <stdbool.h>
#include <stdint.h>

enum { DONE_PIECE_SHIFT = 12, DONE_BLOCKS = 4096 };

/* All zero = nothing is remembered. */
struct done {
        struct done_block {
                uintptr_t start, size;
        } blocks[DONE_BLOCKS];
};

static inline bool done_holds(const struct done *done, uintptr_t word)
{
        const struct done_block *last = &done->blocks[(word >> DONE_PIECE_SHIFT) % DONE_BLOCKS];
        return word - last->start < last->size;
}

/* `word` points into that block. */
static inline void done_note(struct done *done, uintptr_t word, uintptr_t start, uintptr_t size)
{
        done->blocks[(word >> DONE_PIECE_SHIFT) % DONE_BLOCKS] = (struct done_block){start, size};
}

#endif
