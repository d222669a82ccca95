/* Short stacks for the interpreter's own allocations: filling the table */
#include "shim/python/site.h"

#include "shim/sys/pages.h"

#include <string.h>

_Static_assert(WIRE_ENTRY_PYMEM_RAW_FREE - WIRE_ENTRY_PYMEM_MALLOC < 1 << SITE_ENTRY_BITS, "an entry has four bits");

_Static_assert(WIRE_ENTRY_PYMEM_RAW_FREE - WIRE_ENTRY_PYMEM_MALLOC < SITE_ENTRIES, "each entry has its place");

uint64_t site_places[SITE_PLACES] PAGES_APART;
uint32_t site_bare_nodes[SITE_ENTRIES];

void site_forget(void)
{
        memset(site_places, 0, sizeof site_places);
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
        uint32_t near = site_near(entry, pc);
        if (likely(near != 0))
                return (struct stack_id){near};
        struct stack_id node = site_make(entry, pc);
        if (!pc)
                __atomic_store_n(&site_bare_nodes[entry - WIRE_ENTRY_PYMEM_MALLOC], node.n, __ATOMIC_RELAXED);
        uint64_t offset = pc - interpreter.text_start;
        if (offset >> (64 - SITE_NODE_BITS - SITE_ENTRY_BITS) == 0 && node.n >> SITE_NODE_BITS == 0)
                __atomic_store_n(site_place(entry, offset), site_key(entry, offset) << SITE_NODE_BITS | node.n,
                                 __ATOMIC_RELAXED);
        return node;
}
