/* Places that sampled blocks leave, for those that come
 *
 * A block that is looked at stands at a place of its own (record/sample.h), and each new one costs a page of heap, most
 * often at its top, and one of the table's. So a few that were released are kept for the next, still known as released.
 * Lock-free, of no thread: whoever finds one has it.
 */
#ifndef UNFREED_SHIM_BLOCK_SPARE_H
#define UNFREED_SHIM_BLOCK_SPARE_H

#include <stdbool.h>
#include <stddef.h>

/* Those kept have room for 1040, 2080, 4160 or 8320 bytes, four of each at most. glibc caches none as large as the
 * least, so that what it has back joins the memory around it. */
enum { SPARE_LEAST_BYTES = 1040, SPARE_SIZES = 4, SPARE_OF_A_SIZE = 4 };

/* For a block of that many bytes: how many to ask for, so that it can be kept later. */
size_t spare_bytes(size_t bytes);

/* One with room for spare_bytes(bytes); NULL = none. It is the caller's. */
void *spare_take(size_t bytes);

/* Keep this one, which has room for that many bytes? False: it stays the caller's. */
bool spare_keep(void *block, size_t bytes);

bool spare_holds(const void *block);

#endif
