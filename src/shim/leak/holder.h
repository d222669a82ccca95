/* Rows about sites: who holds them, whom they lead (struct wire_holder) */
#ifndef UNFREED_SHIM_LEAK_HOLDER_H
#define UNFREED_SHIM_LEAK_HOLDER_H

#include "shim/leak/mark.h"

#include <stdint.h>

/* Forget the rows of an earlier judgement and take memory to find rows by site. Without that memory nothing is noted.
 */
void holder_begin(void);
void holder_end(void);

/* A word at `address` made a block of this site reached or possible. The first one of a site is kept. */
void holder_note(uint32_t stack, enum wire_verdict verdict, const struct mark_source *source, uintptr_t address);

/* A definitely lost block of this site leads `blocks` others. Adds up. */
void holder_leads(uint32_t stack, uint64_t blocks, uint64_t bytes);

/* For rows of other kinds: are rows being written, the row at an index, and the index of a fresh one (0 = no room). */
bool holder_is_begun(void);
struct wire_holder *holder_row(uint64_t index);
uint32_t holder_row_new(void);

/* Say which module each global belongs to. Not while threads stand still: a module seen first here is asked of ld.so.
 */
void holder_name_modules(void);

#endif
