/* Pointers into a block that are as good as pointers to its start */
#ifndef UNFREED_SHIM_LEAK_SHAPE_H
#define UNFREED_SHIM_LEAK_SHAPE_H

#include "bare/sort.h"
#include "shim/block/table.h"

#include <stdbool.h>
#include <stddef.h>

/* Code of the program, [key, value) ascending: what a table of virtual functions points to. */
void shape_set_code(const struct sort_pair *ranges, size_t n);

/* Is `word`, which points past the start of `block`, how its owner holds it? The block's memory can be read. */
bool shape_is_start(const struct block *block, uintptr_t word);

#endif
