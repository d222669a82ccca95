/* Something for each place in the thread list: boards come when needed */
#include "shim/self/shelf.h"

#include "shim/sys/pages.h"

void **shelf_at(struct shelf *shelf, uint32_t place)
{
        if (place >= SHELF_PLACES)
                return NULL;
        _Atomic(void **) *own = &shelf->boards[place / SHELF_BOARD_PLACES];
        void **board = atomic_load_explicit(own, memory_order_acquire); /* partner: the exchange below */
        if (board == NULL) {
                enum { BYTES = SHELF_BOARD_PLACES * sizeof(void *) };
                void **made = pages_take(BYTES);
                if (made == NULL)
                        return NULL;
                if (atomic_compare_exchange_strong_explicit(own, &board, made, memory_order_acq_rel,
                                                            memory_order_acquire))
                        board = made;
                else
                        pages_give(made, BYTES); /* another thread was faster: `board` is its */
        }
        return &board[place % SHELF_BOARD_PLACES];
}
