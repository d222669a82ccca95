/* Short stacks for the interpreter's own allocations: a direct-mapped table of one word each
 *
 *      bits  0-29  the node
 *      bits 30-33  the entry point, counted from PyMem_Malloc
 *      bits 34-63  return address - start of the interpreter's code
 *
 * One word is read and written at once, so no lock is needed; zero is "empty", since no node is 0.
 */
#include "shim/python/site.h"

#include "bare/bits.h"
#include "shim/python/interpreter.h"

#include <string.h>

enum { PLACES = 1024, NODE_BITS = 30, ENTRY_BITS = 4 };
_Static_assert(WIRE_ENTRY_PYMEM_RAW_FREE - WIRE_ENTRY_PYMEM_MALLOC < 1 << ENTRY_BITS, "an entry has four bits");

_Static_assert(WIRE_ENTRY_PYMEM_RAW_FREE - WIRE_ENTRY_PYMEM_MALLOC < SITE_ENTRIES, "each entry has its place");

static uint64_t places[PLACES];
uint32_t site_bare_nodes[SITE_ENTRIES];

void site_forget(void)
{
        memset(places, 0, sizeof places);
        memset(site_bare_nodes, 0, sizeof site_bare_nodes);
}

static struct stack_id site_make(enum wire_entry entry, uintptr_t pc)
{
        struct stack_id node = {0};
        if (pc) {
                node = trie_child(node, wire_word(WIRE_TAG_CUT, 0));
                node = trie_child(node, wire_word(stack_module(pc), pc));
        }
        return trie_child(node, wire_word_allocator(entry, 0));
}

struct stack_id site_find(enum wire_entry entry, uintptr_t pc)
{
        uint64_t offset = pc ? pc - interpreter.text_start : 0;
        uint64_t key = offset << ENTRY_BITS | (entry - WIRE_ENTRY_PYMEM_MALLOC);
        uint64_t *place = &places[(offset ^ offset >> 10 ^ (uint64_t)entry << 6) % PLACES];
        uint64_t seen = __atomic_load_n(place, __ATOMIC_RELAXED);
        if (likely(seen >> NODE_BITS == key && seen != 0))
                return (struct stack_id){(uint32_t)seen & ((1u << NODE_BITS) - 1)};
        struct stack_id node = site_make(entry, pc);
        if (!pc)
                __atomic_store_n(&site_bare_nodes[entry - WIRE_ENTRY_PYMEM_MALLOC], node.n, __ATOMIC_RELAXED);
        if (offset >> (64 - NODE_BITS - ENTRY_BITS) == 0 && node.n >> NODE_BITS == 0)
                __atomic_store_n(place, key << NODE_BITS | node.n, __ATOMIC_RELAXED);
        return node;
}
