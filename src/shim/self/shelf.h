/* Something for each place in the thread list
 *
 * A thread that takes over a dead one's place takes over what stands there, so no end of a thread need be seen. A table
 * for all the places that there may be would be a quarter of a megabyte in every process, and a process may be limited
 * to a few: so it comes in pages, for 512 places each, when the first thread of these asks. Nothing is ever given back.
 */
#ifndef UNFREED_SHIM_SELF_SHELF_H
#define UNFREED_SHIM_SELF_SHELF_H

#include <stdatomic.h>
#include <stdint.h>

enum { SHELF_PLACES = 1 << 15, SHELF_BOARD_PLACES = 512 };

/* Zero-initialised. Each board: SHELF_BOARD_PLACES pointers in a page of our own; NULL = nobody asked yet. */
struct shelf {
        _Atomic(void **) boards[SHELF_PLACES / SHELF_BOARD_PLACES];
};

/* Where the pointer of this place stands: it belongs to the thread that has the place. NULL: there is no such place, or
 * memory was refused. */
void **shelf_at(struct shelf *shelf, uint32_t place);

#endif
