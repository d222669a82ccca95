/* Stacks as paths in a trie
 *
 * Every distinct stack is one node; stacks that begin alike share what they have in common. The nodes are in the arena
 * (wire/node.h) and only ever added. To find a child there are three ways, tried in this order:
 *
 *   1. nodes[parent].last_child: programs mostly do what they did last time.
 *   2. The index: node ids in places of 4 bytes, sixteen to a line of the cache. The children of eight neighbouring
 *      parents share one, so that the index is as compact as the trie, a path made at one go lies in few lines, and a
 *      child is found, or known not to be there, with one line fetched. Where in the line one begins to look depends on
 *      parent and word. When it is full the one beside it is gone through as well.
 *   3. The spill: one hash table of ids for the children that found no room there, mostly those of nodes with very
 *      many children, and for those whose ids are too large for the index. It doubles when half full; the old one is
 *      emptied and kept, so that a late reader of it sees nothing, and at worst makes a second node for the same stack,
 *      which nobody finds.
 *
 * No locks: a place in the index or spill goes from 0 to an id once, by compare-and-swap, after the node is complete
 * (release; partner: the acquire load of the id). So an empty place ends a search in the index, and the spill is asked
 * only behind two full lines. Index and spill are ours alone, in private pages: a fork child begins with empty ones,
 * see trie_reset().
 */
#include "shim/stack/trie.h"

#include "bare/bits.h"
#include "shim/arena/arena.h"
#include "shim/sys/pages.h"
#include "shim/sys/syscall.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

enum {
        CHUNK_BITS = 20, /* parents in one chunk of the index: 8 MiB of address space, touched as it fills */
        CHUNKS = 1 << (WIRE_SLOT_STACK_BITS - CHUNK_BITS),
        LINE_BITS = 4,
        LINE = 1 << LINE_BITS, /* places */
        LINE_PARENTS = LINE / 2,
        CHUNK_PLACES = 2 * (1 << CHUNK_BITS),
        SPILL_FIRST = 1024,
        GROUP = 4096, /* nodes that get their pages at once */
};

typedef _Atomic uint32_t place; /* 0 = empty; an id and its mark (trie.h), in the spill with a mark of two bits */

enum { SPILL_ID = (1u << WIRE_SLOT_STACK_BITS) - 1 };

static inline unsigned hash_start(uint64_t hash) { return (unsigned)(hash >> (64 - LINE_BITS)); }

static inline uint32_t spill_mark(uint64_t hash) { return (uint32_t)hash & ~(uint32_t)SPILL_ID; }

struct spill {
        uint32_t mask;
        _Atomic uint32_t used;
        place places[];
};

static _Atomic(place *) chunks[CHUNKS];
/* There from the beginning, so that nobody finds none. */
static union {
        struct spill table;
        place room[SPILL_FIRST + sizeof(struct spill) / sizeof(place)];
} first_spill = {.table = {.mask = SPILL_FIRST - 1}};
static _Atomic(struct spill *) spill = &first_spill.table;
static atomic_flag growing = ATOMIC_FLAG_INIT;

static size_t spill_bytes(uint32_t places) { return sizeof(struct spill) + places * sizeof(place); }

static bool node_is(uint32_t id, uint32_t parent, uint64_t word)
{
        return arena.nodes[id].parent == parent && arena.nodes[id].word == word;
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

/* Where in its chunk the line of a parent's children begins. */
static inline size_t line_of(uint32_t parent)
{
        return (parent & ((1u << CHUNK_BITS) - 1)) / LINE_PARENTS * (size_t)LINE;
}

/* Who has so many nodes gets more: pages for the next ones, and for their children's places. */
static __attribute__((noinline)) void group_prepare(uint32_t first)
{
        place *chunk = chunk_of(first);
        if (first + GROUP <= arena.nodes_capacity)
                pages_prepare(&arena.nodes[first], GROUP * sizeof *arena.nodes);
        if (chunk)
                pages_prepare(&chunk[line_of(first)], GROUP / LINE_PARENTS * LINE * sizeof *chunk);
}

static uint32_t node_new(uint32_t parent, uint64_t word)
{
        uint64_t id = arena_take(WIRE_EXTENT_NODES, 1, WIRE_DROP_NODES);
        if (id == 0 || id >= WIRE_SLOT_NODES_END)
                return 0;
        if (unlikely(id % GROUP == 0))
                group_prepare((uint32_t)id);
        arena.nodes[id].word = word;
        arena.nodes[id].parent = parent;
        return (uint32_t)id;
}

static uint64_t spill_hash(uint32_t parent, uint64_t word) { return mix64(word ^ (uint64_t)parent << 17); }

static uint64_t place_hash(uint32_t value)
{
        const struct wire_node *node = &arena.nodes[value & SPILL_ID];
        return spill_hash(node->parent, node->word);
}

/* What is in `old` and not in `fresh` yet. */
static void spill_copy(struct spill *old, struct spill *fresh)
{
        for (uint32_t i = 0; i <= old->mask; ++i) {
                uint32_t value = atomic_load(&old->places[i]), there = 0;
                if (value == 0)
                        continue;
                for (uint64_t h = place_hash(value) >> 32;; ++h, there = 0)
                        if (atomic_compare_exchange_strong(&fresh->places[h & fresh->mask], &there, value) ||
                            there == value)
                                break;
                if (there == 0)
                        atomic_fetch_add_explicit(&fresh->used, 1, memory_order_relaxed);
        }
}

/* Twice the size. Whoever comes while another does this goes on with the old one; what he enters too late for the copy
 * is copied when the new one is there, and what he enters too late for that he enters again (partner: spill_find()). */
static void spill_grow(struct spill *old)
{
        if (atomic_flag_test_and_set(&growing))
                return;
        uint32_t places = 2 * (old->mask + 1);
        struct spill *fresh = atomic_load(&spill) == old ? pages_take(spill_bytes(places)) : NULL;
        if (fresh) {
                fresh->mask = places - 1;
                spill_copy(old, fresh);
                atomic_store(&spill, fresh);
                spill_copy(old, fresh);
                uintptr_t from = align_up((uintptr_t)(old + 1), WIRE_PAGE_BYTES);
                uintptr_t to = align_down((uintptr_t)old + spill_bytes(old->mask + 1), WIRE_PAGE_BYTES);
                if (old != &first_spill.table && to > from)
                        sys_call(SYS_madvise, from, to - from, MADV_DONTNEED);
        }
        atomic_flag_clear(&growing);
}

/* Find it there, or add it: *fresh, which is made where that was not done yet. 0 = no room, but for *fresh, and *fresh
 * = 0 when the trie is full. fresh = NULL: do not add it. */
static uint32_t spill_find_in(struct spill *table, uint32_t parent, uint64_t word, uint32_t *fresh)
{
        uint64_t hash = spill_hash(parent, word);
        uint32_t mark = spill_mark(hash);
        for (uint32_t i = 0; i <= table->mask; ++i) {
                place *at = &table->places[((hash >> 32) + i) & table->mask];
                uint32_t value = atomic_load(at);
                if (value == 0) {
                        if (!fresh || (*fresh == 0 && (*fresh = node_new(parent, word)) == 0))
                                return 0;
                        if (atomic_compare_exchange_strong(at, &value, *fresh | mark)) {
                                atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
                                return *fresh;
                        }
                }
                if ((value ^ mark) <= SPILL_ID && node_is(value & SPILL_ID, parent, word))
                        return value & SPILL_ID;
        }
        if (fresh && *fresh == 0)
                *fresh = node_new(parent, word);
        return 0;
}

static uint32_t spill_find(uint32_t parent, uint64_t word, uint32_t *fresh)
{
        struct spill *table = atomic_load(&spill), *now;
        if (atomic_load_explicit(&table->used, memory_order_relaxed) > table->mask / 2) {
                spill_grow(table);
                table = atomic_load(&spill);
        }
        uint32_t id = spill_find_in(table, parent, word, fresh);
        for (; id != 0 && id == *fresh && (now = atomic_load(&spill)) != table; table = now)
                id = spill_find_in(now, parent, word, fresh);
        return id;
}

/* Then an empty place in the index says nothing. */
static bool ids_are_large(void) { return trie_n_nodes() > TRIE_MARK_ID; }

/* Find it, or add it; 0 = *ret_fresh must do, which is 0 when the trie is full. ret_fresh = NULL: do not add it. */
static inline __attribute__((always_inline)) uint32_t child_find(uint32_t parent, uint64_t word, uint32_t *ret_fresh)
{
        place *chunk = chunk_of(parent);
        uint64_t hash = trie_hash(parent, word);
        uint32_t mark = trie_mark(hash), fresh = 0;
        size_t line = line_of(parent);
        for (unsigned i = 0, start = hash_start(hash); likely(chunk != NULL) && i < 2 * LINE; ++i) {
                place *at = &chunk[(line ^ (i & LINE)) + (start + i) % LINE];
                uint32_t value = atomic_load_explicit(at, memory_order_acquire);
                if (value == 0) {
                        if (unlikely(ids_are_large()))
                                break;
                        if (!ret_fresh)
                                return 0;
                        if (fresh == 0 && unlikely((fresh = node_new(parent, word)) == 0))
                                return *ret_fresh = 0;
                        if (unlikely(fresh > TRIE_MARK_ID))
                                break;
                        if (likely(atomic_compare_exchange_strong_explicit(at, &value, fresh | mark,
                                                                           memory_order_release, memory_order_acquire)))
                                return fresh;
                }
                if ((value ^ mark) <= TRIE_MARK_ID && node_is(value & TRIE_MARK_ID, parent, word))
                        return value & TRIE_MARK_ID;
        }
        if (!ret_fresh)
                return spill_find_in(atomic_load(&spill), parent, word, NULL);
        *ret_fresh = fresh;
        return spill_find(parent, word, ret_fresh);
}

uint32_t trie_seek_slow(uint32_t parent, uint64_t word) { return child_find(parent, word, NULL); }

uint32_t trie_child_slow(uint32_t parent, uint64_t word)
{
        uint32_t fresh, id = child_find(parent, word, &fresh);
        /* No room in a spill that someone, perhaps we ourselves before a signal, is just replacing: a node that will
         * not be found again is better than none. */
        if (unlikely(id == 0))
                return fresh;
        if (likely(id <= TRIE_MARK_ID))
                __atomic_store_n(&arena.nodes[parent].last_child, id | trie_mark(trie_hash(parent, word)),
                                 __ATOMIC_RELEASE);
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
        if (table != &first_spill.table)
                pages_give(table, spill_bytes(table->mask + 1));
        memset(first_spill.room, 0, sizeof first_spill.room);
        first_spill.table.mask = SPILL_FIRST - 1;
        atomic_store(&spill, &first_spill.table);
        atomic_flag_clear(&growing);
}
