/* Reading memory that may not be there */
#ifndef UNFREED_SHIM_SYS_PROBE_H
#define UNFREED_SHIM_SYS_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy `bytes` from `address`; false, with *ret perhaps partly written, when some of it cannot be read.
 * Never faults, needs no descriptor and no signal handler. */
bool probe_read(uintptr_t address, void *ret, size_t bytes);

/* Can all pages of the range be read at this moment? */
bool probe_readable(uintptr_t address, size_t bytes);

#endif
