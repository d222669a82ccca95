/* CPython, seen without linking it: what record/ and hooks/ need of it */
#ifndef UNFREED_SHIM_PYTHON_H
#define UNFREED_SHIM_PYTHON_H

#include "shim/block/table.h"
#include "shim/python/interpreter.h"
#include "shim/python/layer.h"
#include "shim/stack/stack.h"
#include "wire/family.h"

#include <stdbool.h>

/* An interpreter was found, or is no longer there; a fork child begins its own image. */
void python_begin(void);
void python_end(void);
void python_fork_child(void);

/* `block`, live, is released through `entry`, which is of another family. Is that no mistake of the program's, but the
 * interpreter at its start or end, when its first allocators stand in for ours at one end of a block's life? */
bool python_excuses(const struct block *block, enum wire_entry entry);

static inline bool python_family(enum wire_family family)
{
        return family == WIRE_FAMILY_PYMEM || family == WIRE_FAMILY_PYOBJECT || family == WIRE_FAMILY_PYMEM_RAW;
}

#endif
