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

/* The node of an entry point alone, at the price of a load. */
enum { SITE_ENTRIES = 16 };
extern uint32_t site_bare_nodes[SITE_ENTRIES];
static inline struct stack_id site_bare(enum wire_entry entry)
{
        uint32_t node = __atomic_load_n(&site_bare_nodes[entry - WIRE_ENTRY_PYMEM_MALLOC], __ATOMIC_RELAXED);
        return __builtin_expect(node != 0, 1) ? (struct stack_id){node} : site_find(entry, 0);
}

/* Is it the node of one of the three that give objects? */
static inline bool site_is_bare(uint32_t node)
{
        const uint32_t *first = &site_bare_nodes[WIRE_ENTRY_PYOBJECT_MALLOC - WIRE_ENTRY_PYMEM_MALLOC];
        return node == first[0] || node == first[1] || node == first[2];
}

/* A new process image: the nodes are another arena's. Called while there is one thread. */
void site_forget(void);

#endif
