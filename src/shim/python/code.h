/* Python code objects, copied at first sight
 *
 * A stack names a Python function by a number; what the number means (file, name, line table) is copied into the
 * arena when the code object is first seen, since nothing of it can be had when the report is made. The copy is good
 * for as long as the object lives: the hook of the object domain tells us when one dies, for its address may soon be
 * that of another function.
 */
#ifndef UNFREED_SHIM_PYTHON_CODE_H
#define UNFREED_SHIM_PYTHON_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* Without the object domain's hook nobody says so: then each is compared with what was copied of it whenever it is met.
 */
extern bool code_deaths_unseen;

/* The index in the code list of the code object at this address; 0 when it is none, cannot be read, or the list is
 * full. Every byte is probed at first sight; afterwards it costs one look into a table. */
uint32_t code_intern(uintptr_t object);

/* A block of the object domain is about to be given back: was it a code object that we know? The first answers most
 * with one load. */
enum { CODE_FILTER_BITS = 8192 };
extern uint64_t code_filter[CODE_FILTER_BITS / 64];
static inline unsigned code_filter_place(uintptr_t object)
{
        return (unsigned)(object >> 4 ^ object >> 15) & (CODE_FILTER_BITS - 1);
}
static inline bool code_maybe(uintptr_t object)
{
        unsigned place = code_filter_place(object);
        return code_filter[place / 64] >> place % 64 & 1;
}
void code_died(uintptr_t object);

/* Grows whenever a known code object died: what was remembered by address may be wrong now. */
uint32_t code_generation(void);

/* A new process image (fork): the arena is another, nothing is known. Called while there is one thread. */
void code_forget(void);

#endif
