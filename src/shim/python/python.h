/* CPython, seen without linking it */
#ifndef UNFREED_SHIM_PYTHON_H
#define UNFREED_SHIM_PYTHON_H

#include "wire/family.h"

#include <stdbool.h>

/* Hand `block` back to the interpreter's allocator of that family; false when the family is not one of Python's. */
bool python_give(void *block, enum wire_family owner);

#endif
