/* Short stacks for the interpreter's own allocations
 *
 * CPython allocates millions of times a second for itself. Where it does so is told by one return address, which is
 * remembered here with the node it leads to: ALLOCATOR over that one frame, over a CUT. PyObject blocks get not even
 * that: one node for all of them.
 */
#ifndef UNFREED_SHIM_PYTHON_SITE_H
#define UNFREED_SHIM_PYTHON_SITE_H

#include "shim/stack/stack.h"
#include "wire/family.h"

/* `pc`: a return address in the interpreter's code; 0 = the entry point alone. */
struct stack_id site_find(enum wire_entry entry, uintptr_t pc);

/* A new process image: the nodes are another arena's. Called while there is one thread. */
void site_forget(void);

#endif
