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

enum { DONE_PIECE_SHIFT = 12, DONE_BLOCKS = 4096, DONE_FEW = 16 };

struct done_block {
        uintptr_t start, size; /* 0 bytes: nothing is remembered */
};

struct done {
        struct done_block *blocks; /* DONE_BLOCKS in pages of our own; or, without memory for them, `few` */
        uintptr_t mask;
        struct done_block few[DONE_FEW];
};

static inline struct done_block *done_place(const struct done *done, uintptr_t word)
{
        return &done->blocks[word >> DONE_PIECE_SHIFT & done->mask];
}

/* `blocks`: DONE_BLOCKS of them, all zero; or NULL. */
static inline void done_begin(struct done *done, struct done_block *blocks)
{
        done->blocks = blocks ? blocks : done->few;
        done->mask = (blocks ? DONE_BLOCKS : DONE_FEW) - 1;
}

static inline bool done_holds(const struct done *done, uintptr_t word)
{
        const struct done_block *last = done_place(done, word);
        return word - last->start < last->size;
}

/* `word` points into that block. */
static inline void done_note(struct done *done, uintptr_t word, uintptr_t start, uintptr_t size)
{
        *done_place(done, word) = (struct done_block){start, size};
}

#endif
