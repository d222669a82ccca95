/* Wrong releases: which, and what to do with the block */
#ifndef UNFREED_SHIM_RECORD_WRONG_H
#define UNFREED_SHIM_RECORD_WRONG_H

#include "shim/record/record.h"

struct wrong {
        const struct block *block; /* what the table knows to start at `address`; NULL = nothing */
        uintptr_t address;         /* as the program gave it */
        enum wire_entry entry;     /* through which it was released */
        size_t given_size, given_align;
        const struct stack_start *start;
};

/* The table knows no live block at the address: a second release, a wrong pointer, or a block that we never saw (which
 * is passed on). */
enum record_act wrong_unknown(struct thread *self, const struct wrong *wrong, enum wire_family *ret_owner);

/* A live block of another family; of another size or alignment. Filed; the caller goes on. */
void wrong_mismatch(struct thread *self, const struct wrong *wrong);
/* A block that is known to be released already. */
void wrong_double(struct thread *self, const struct wrong *wrong);
void wrong_size(struct thread *self, const struct wrong *wrong);

/* A PyMem function was called by a thread that does not hold the GIL; `block` and `address` may be 0. */
void wrong_no_gil(struct thread *self, const struct wrong *wrong);

/* In record.c. */
struct stack_id record_release_stack(struct thread *self, enum wire_entry entry, const struct stack_start *start);
extern uint32_t record_n_unseen;
/* May the memory of this block, of which a release is remembered, have been given out since, past us? */
bool record_may_be_given_out(const struct block *released);

#endif
