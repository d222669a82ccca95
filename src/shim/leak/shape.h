/* Pointers into a block that are as good as pointers to its start */
#ifndef UNFREED_SHIM_LEAK_SHAPE_H
#define UNFREED_SHIM_LEAK_SHAPE_H

#include "bare/sort.h"
#include "shim/block/table.h"

#include <stdbool.h>
#include <stddef.h>

/* Memory, [key, value) ascending. */
struct shape_ranges {
        const struct sort_pair *all;
        size_t n;
};

/* Code of the program, to which tables of virtual functions point; private mappings of files, where such tables lie. */
void shape_set_mapped(const struct shape_ranges *code, const struct shape_ranges *files);

/* Is `word`, which points past the start of `block`, how its owner holds it? The block's memory can be read. */
bool shape_is_start(const struct block *block, uintptr_t word);

/* glibc keeps free chunks in lists of its own variables by the address of their headers, which lies in the last word
 * of the live block before: no pointer of the program (malloc.c, "A chunk's prev_size is the end of its neighbour"). */
static inline bool shape_is_free_chunk(const struct block *block, uintptr_t word)
{
        return word % 16 == 0 && block->start + block->size - word <= 8;
}

/* Is this word of libc's the chunk that its allocator split last (malloc/malloc.c, last_remainder)? It is not forgotten
 * when that is joined with others and given out again, and then lies anywhere in a block. Behind it stand the heads of
 * 127 lists, of which those that are empty lead to themselves. `readable` says of what may be read. */
bool shape_is_last_remainder(uintptr_t address, bool (*readable)(uintptr_t address, size_t bytes));

#endif
