/* Stacks as paths in a trie
 *
 * Every distinct stack is one node; stacks that begin alike share what they have in common. The nodes are in the arena
 * (wire/node.h) and only ever added. To find a child there are three ways, tried in this order:
 *
 *   1. nodes[parent].last_child: programs mostly do what they did last time.
 *   2. The index: node ids of 4 bytes. The children of a node live around place 2*parent + (hash & 7), so that the
 *      index is as compact as the trie, and children of neighbours share cache lines. Six places are looked at.
 *   3. The spill: one hash table of ids for the children that found no room there, mostly those of nodes with very
 *      many children. It doubles when half full; the old one is emptied and kept, so that a late reader of it sees
 *      nothing, and at worst enters a second node for the same stack.
 *
 * No locks: a place in the index or spill goes from 0 to an id once, by compare-and-swap, after the node is complete
 * (release; partner: the acquire load of the id). Index and spill are ours alone, in private pages: a fork child
 * begins with empty ones, see trie_reset().
 */
#include "shim/stack/trie.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

enum {
        CHUNK_BITS = 20, /* parents in one chunk of the index: 8 MiB of address space, touched as it fills */
        CHUNKS = 1 << (WIRE_SLOT_STACK_BITS - CHUNK_BITS),
        SPREAD = 8,
        PROBES = 6,
        CHUNK_PLACES = 2 * (1 << CHUNK_BITS) + SPREAD + PROBES,
        SPILL_FIRST = 1024,
};

/* A node id, and in the two bits that ids leave free a part of the word's hash: with it most of what is not looked for
 * is told without a look at the node, which is far away in memory. */
typedef _Atomic uint32_t place;

enum { PLACE_ID = (1u << WIRE_SLOT_STACK_BITS) - 1 };

static inline uint64_t word_hash(uint64_t word) { return word * UINT64_C(0x9e3779b97f4a7c15); }

static inline uint32_t place_tag(uint64_t word) { return (uint32_t)(word_hash(word) >> 32) & ~(uint32_t)PLACE_ID; }

struct spill {
        uint32_t mask;
        _Atomic uint32_t used;
        place places[];
};

static _Atomic(place *) chunks[CHUNKS];
static _Atomic(struct spill *) spill;
static atomic_flag growing = ATOMIC_FLAG_INIT;

static size_t spill_bytes(uint32_t places) { return sizeof(struct spill) + places * sizeof(place); }

static uint32_t node_new(uint32_t parent, uint64_t word)
{
        uint64_t id = arena_take(WIRE_EXTENT_NODES, 1, WIRE_DROP_NODES);
        if (id == 0 || id >> WIRE_SLOT_STACK_BITS)
                return 0;
        arena.nodes[id].word = word;
        arena.nodes[id].parent = parent;
        return (uint32_t)id;
}

static bool node_is(uint32_t id, uint32_t parent, uint64_t word)
{
        return arena.nodes[id].parent == parent && arena.nodes[id].word == word;
}

static inline bool place_holds(uint32_t value, uint32_t tag, uint32_t parent, uint64_t word)
{
        return (value ^ tag) <= PLACE_ID && node_is(value & PLACE_ID, parent, word);
}

/* What one place has to say: the child, or 0 = look further, perhaps with *fresh (made here, at most once) not yet
 * entered. *ret_full is set when a node was wanted and the trie is full. */
static uint32_t place_try(place *at, uint32_t parent, uint64_t word, uint32_t *fresh, bool *ret_full)
{
        uint32_t tag = place_tag(word), value = atomic_load_explicit(at, memory_order_acquire);
        if (value == 0) {
                if (*fresh == 0)
                        *fresh = node_new(parent, word);
                if (*fresh == 0) {
                        *ret_full = true;
                        return 0;
                }
                if (atomic_compare_exchange_strong_explicit(at, &value, *fresh | tag, memory_order_release,
                                                            memory_order_acquire))
                        return *fresh;
        }
        return place_holds(value, tag, parent, word) ? value & PLACE_ID : 0;
}

static place *chunk_of(uint32_t parent)
{
        _Atomic(place *) *home = &chunks[parent >> CHUNK_BITS];
        place *chunk = atomic_load_explicit(home, memory_order_acquire);
        if (likely(chunk))
                return chunk;
        place *fresh = pages_take(CHUNK_PLACES * sizeof *fresh);
        if (!fresh)
                return NULL;
        if (atomic_compare_exchange_strong(home, &chunk, fresh))
                return fresh;
        pages_give(fresh, CHUNK_PLACES * sizeof *fresh);
        return chunk;
}

static uint64_t spill_hash(uint32_t parent, uint64_t word) { return mix64(word ^ (uint64_t)parent << 17); }

/* Twice the size. Whoever comes while another does this goes on with the old one. */
static void spill_grow(struct spill *old)
{
        if (atomic_flag_test_and_set(&growing))
                return;
        if (atomic_load(&spill) == old) {
                uint32_t places = old ? 2 * (old->mask + 1) : SPILL_FIRST;
                struct spill *fresh = pages_take(spill_bytes(places));
                if (fresh) {
                        fresh->mask = places - 1;
                        for (uint32_t i = 0; old && i <= old->mask; ++i) {
                                uint32_t value = atomic_load_explicit(&old->places[i], memory_order_acquire);
                                uint32_t id = value & PLACE_ID;
                                if (value == 0)
                                        continue;
                                uint64_t h = spill_hash(arena.nodes[id].parent, arena.nodes[id].word);
                                while (atomic_load_explicit(&fresh->places[h & fresh->mask], memory_order_relaxed))
                                        ++h;
                                atomic_store_explicit(&fresh->places[h & fresh->mask], value, memory_order_relaxed);
                                atomic_fetch_add_explicit(&fresh->used, 1, memory_order_relaxed);
                        }
                        atomic_store_explicit(&spill, fresh, memory_order_release);
                        uintptr_t from = align_up((uintptr_t)(old ? old + 1 : NULL), WIRE_PAGE_BYTES);
                        uintptr_t to = align_down((uintptr_t)old + (old ? spill_bytes(old->mask + 1) : 0), WIRE_PAGE_BYTES);
                        if (old && to > from)
                                sys_call(SYS_madvise, from, to - from, MADV_DONTNEED);
                }
        }
        atomic_flag_clear(&growing);
}

static uint32_t spill_find(uint32_t parent, uint64_t word, uint32_t *fresh, bool *full)
{
        struct spill *table = atomic_load_explicit(&spill, memory_order_acquire);
        if (!table || atomic_load_explicit(&table->used, memory_order_relaxed) > table->mask / 2) {
                spill_grow(table);
                table = atomic_load_explicit(&spill, memory_order_acquire);
        }
        if (!table)
                return 0;
        uint64_t h = spill_hash(parent, word);
        uint32_t id = 0;
        for (uint32_t i = 0; i <= table->mask && id == 0 && !*full; ++i) {
                id = place_try(&table->places[(h + i) & table->mask], parent, word, fresh, full);
        }
        if (id != 0 && id == *fresh)
                atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
        return id;
}

/* Where the child's place is looked for first. */
static inline place *home_of(place *chunk, uint32_t parent, uint64_t word)
{
        unsigned hash = (unsigned)(word_hash(word) >> 61);
        _Static_assert(SPREAD == 1 << (64 - 61), "as many as the hash has values");
        return chunk + 2 * (size_t)(parent & ((1u << CHUNK_BITS) - 1)) + hash;
}

static __attribute__((noinline)) uint32_t child_insert(uint32_t parent, uint64_t word)
{
        uint32_t id = 0, fresh = 0;
        bool full = false;
        place *chunk = chunk_of(parent);
        if (chunk) {
                place *at = home_of(chunk, parent, word);
                for (unsigned i = 0; i < PROBES && id == 0 && !full; ++i)
                        id = place_try(&at[i], parent, word, &fresh, &full);
        }
        if (id == 0 && !full)
                id = spill_find(parent, word, &fresh, &full);
        /* No room in a spill that someone, perhaps we ourselves before a signal, is just replacing: a node that will
         * not be found again is better than none. */
        if (id == 0 && !full)
                id = fresh ? fresh : node_new(parent, word);
        return id;
}

uint32_t trie_child_slow(uint32_t parent, uint64_t word)
{
        place *chunk = atomic_load_explicit(&chunks[parent >> CHUNK_BITS], memory_order_acquire);
        uint32_t id = 0, tag = place_tag(word);
        if (likely(chunk)) {
                place *at = home_of(chunk, parent, word);
                for (unsigned i = 0; i < PROBES; ++i) {
                        uint32_t value = atomic_load_explicit(&at[i], memory_order_acquire);
                        if (value != 0 && !place_holds(value, tag, parent, word))
                                continue;
                        id = value & PLACE_ID;
                        break;
                }
        }
        if (id == 0)
                id = child_insert(parent, word);
        if (id != 0)
                __atomic_store_n(&arena.nodes[parent].last_child, id, __ATOMIC_RELEASE);
        return id;
}

struct stack_id trie_child(struct stack_id parent, uint64_t word)
{
        return (struct stack_id){trie_step(parent.n, word)};
}

void trie_reset(void)
{
        for (unsigned i = 0; i < CHUNKS; ++i) {
                place *chunk = atomic_load(&chunks[i]);
                if (chunk)
                        pages_give(chunk, CHUNK_PLACES * sizeof *chunk);
                atomic_store(&chunks[i], NULL);
        }
        struct spill *table = atomic_load(&spill);
        if (table)
                pages_give(table, spill_bytes(table->mask + 1));
        atomic_store(&spill, NULL);
        atomic_flag_clear(&growing);
}
