/* Code that the program made while it ran, and described to the unwinders by __register_frame() */
#ifndef UNFREED_SHIM_STACK_MADE_H
#define UNFREED_SHIM_STACK_MADE_H

#include "shim/stack/cfi.h"

#include <stdbool.h>
#include <stdint.h>

/* A list of CIEs and FDEs as __register_frame() takes it, ended by a length of 0. What it says is copied: the list need
 * not stay. What cannot be read, or makes no sense, ends it. */
void made_add(const void *table);

/* The same list is taken back. *ret_start, *ret_end: all code that it spoke of; false when there is none. */
bool made_remove(const void *table, uintptr_t *ret_start, uintptr_t *ret_end);

/* The FDE that speaks of `address`. Async-signal-safe, lock-free. */
bool made_find(uintptr_t address, struct fde *ret_fde);

#endif
