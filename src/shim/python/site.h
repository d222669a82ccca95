/* Short stacks for the interpreter's own allocations
 *
 * CPython allocates millions of times a second for itself. Where it does so is told by one return address, which is
 * remembered here with the node it leads to: ALLOCATOR over that one frame, over a CUT. PyObject blocks get not even
 * that: one node for all of them.
 *
 * Remembered in a direct-mapped table of one word each, which is read and written at once, so that no lock is needed;
 * zero is "empty", since no node is 0:
 *
 *      bits  0-29  the node
 *      bits 30-33  the entry point, counted from PyMem_Malloc
 *      bits 34-63  return address - start of the interpreter's code
 */
#ifndef UNFREED_SHIM_PYTHON_SITE_H
#define UNFREED_SHIM_PYTHON_SITE_H

#include "bare/bits.h"
#include "shim/python/interpreter.h"
#include "shim/stack/stack.h"
#include "wire/family.h"

/* `pc`: a return address in the interpreter's code; 0 = the entry point alone. */
struct stack_id site_find(enum wire_entry entry, uintptr_t pc);

enum { SITE_PLACES = 1024, SITE_NODE_BITS = 30, SITE_ENTRY_BITS = 4 };
extern uint64_t site_places[SITE_PLACES];

static inline uint64_t site_key(enum wire_entry entry, uint64_t offset)
{
        return offset << SITE_ENTRY_BITS | (entry - WIRE_ENTRY_PYMEM_MALLOC);
}
static inline uint64_t *site_place(enum wire_entry entry, uint64_t offset)
{
        return &site_places[(offset ^ offset >> 10 ^ (uint64_t)entry << 6) % SITE_PLACES];
}

/* The node, if it is in the table, else 0. */
static inline uint32_t site_near(enum wire_entry entry, uintptr_t pc)
{
        uint64_t offset = pc - interpreter.text_start;
        uint64_t seen = __atomic_load_n(site_place(entry, offset), __ATOMIC_RELAXED);
        bool same = __builtin_expect(seen >> SITE_NODE_BITS == site_key(entry, offset), 1);
        return same ? (uint32_t)seen & ((1u << SITE_NODE_BITS) - 1) : 0;
}

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
