/* Where our own library lies */
#ifndef UNFREED_SHIM_LIBRARY_H
#define UNFREED_SHIM_LIBRARY_H

#include <stdint.h>

/* Whole pages. Empty when linked into a unit test: we are a program then, whose variables are like any other's. */
void library_range(uintptr_t *ret_start, uintptr_t *ret_end);

#endif
