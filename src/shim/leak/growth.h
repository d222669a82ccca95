/* How much is alive, by stack
 *
 * One pass over the table of blocks adds up what each stack has alive: 100,000 blocks take a fraction of a
 * millisecond. What a program leaks is the difference of two such counts. Blocks that the program asked us to ignore
 * are left out, and so is what waits in the quarantine: it is released. Callers take turns (leak/since.c has the lock).
 */
#ifndef UNFREED_SHIM_LEAK_GROWTH_H
#define UNFREED_SHIM_LEAK_GROWTH_H

#include "wire/slot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Live blocks with one stack (and one verdict, where these are told apart). */
struct growth_row {
        uint32_t stack; /* 0 = the place is free */
        uint8_t verdict, family;
        uint64_t blocks, bytes;
        uint64_t born_blocks, born_bytes; /* of these, born in an epoch that was asked for */
};

/* Open addressing; at most half full. In pages of our own, which the owner gives back with growth_deinit(). */
struct growth {
        struct growth_row *rows;
        size_t capacity, n; /* a power of two */
        bool refused;       /* there was no memory for all of it */
};

enum { GROWTH_EPOCHS = 256 };

/* Count what is alive now. `born`: the epochs whose blocks are to be counted apart, or NULL. `by_verdict`: a row for
 * each verdict of a stack. False when memory was refused; *ret is empty then. */
bool growth_count(const bool born[GROWTH_EPOCHS], bool by_verdict, struct growth *ret);

/* The row of a stack, counted without verdicts; NULL = nothing. */
const struct growth_row *growth_find(const struct growth *growth, uint32_t stack);

/* How many blocks are alive that were born in one of these epochs: a shorter pass, which needs no memory. */
uint64_t growth_born(const bool born[GROWTH_EPOCHS]);

/* From now on all that lives is of long ago (epoch 0), but for what is of a `kept` epoch. Other threads may go on. */
void growth_age(const bool kept[GROWTH_EPOCHS]);

void growth_deinit(struct growth *growth);

#endif
