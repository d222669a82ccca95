/* What another allocator behind ours keeps
 *
 * Memory that was a block. jemalloc (unless it is told not to, and where it was built for 64 bits: opt.retain) and
 * tcmalloc hand its contents back to the kernel at most, never the addresses. So stale pointers there hold nothing, nor
 * can the program have mapped something of its own there since. mimalloc unmaps: there it counts as usual.
 *
 * Records of jemalloc. They stand in anonymous mappings, which would be roots, and point to blocks: each extent has one
 * with the address of its first block, so that whatever fills an extent alone (from 4 KiB on) would seem held whether
 * lost or not; and a thread's cache has the addresses of the blocks that it gave out last. They can be told by their
 * contents, since 5.3 (src/base.c, include/jemalloc/internal/cache_bin.h):
 *
 *      base block      begins at a multiple of 2 MiB with its size, the next one, and the extent that is left of it,
 *                      which is of no arena and ends where the block ends
 *      cache           an array for each size class, one behind the other. Their bins stand side by side in static
 *                      thread-local storage: the word to be taken next, and the low halves of the array's ends
 *      leaves          of the tree that tells an extent by its address, those that a thread used last stand there, too:
 *                      pairs of a multiple of 1 GiB, which a block may lie across, and an address; 1 and 0 where there
 *                      is none (include/jemalloc/internal/rtree.h)
 *
 * What does not look like this remains a root.
 *
 * A program that uses functions of the allocator's own (mallocx, mi_malloc) gets blocks past our doors. They may stand
 * where one that we saw was before, and hold others: then all heap is a root, as with sampling.
 */
#include "shim/leak/kept.h"

#include "bare/bits.h"
#include "bare/sort.h"
#include "shim/block/large.h"
#include "shim/leak/mark.h"
#include "shim/leak/stacks.h"
#include "shim/python/lookup.h"
#include "shim/self/options.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <string.h>

enum {
        BASE_ALIGN = 2 << 20,
        OF_NO_ARENA = 0xfff,      /* the low bits of an extent's first word: all of MALLOCX_ARENA_BITS */
        STORAGE_REACH = 64 << 10, /* how far from the thread pointer jemalloc's storage is looked for */
        BYTES_LEAST = 1 << 10,
        BINS_LEAST = 16, /* 36 size classes at least have one; fewer in a row are something else */
        LEAF_SPAN = 1 << 30,
        LEAF_NONE = 1,
        LEAVES = 16 + 8, /* RTREE_CTX_NCACHE and RTREE_CTX_NCACHE_L2 */
        N_RANGES = 1 << 16,
};

struct base_block {
        uint64_t size, next;
        uint64_t bits, left, left_bytes; /* its extent */
};

struct cache_bin {
        uintptr_t head; /* the array is filled from its end; what is below was given out */
        uint64_t n_requests;
        uint16_t low_water, full, empty; /* where the head would be then, the low bits of it */
};

struct cached_leaf {
        uintptr_t key, leaf;
};

static bool is_jemalloc, is_for_good, any_unseen;
/* In one piece of pages of our own; NULL = there are none. */
static struct memory {
        struct sort_pair ranges[N_RANGES];               /* start -> end: caches, leaves, large blocks that were released */
        _Alignas(uintptr_t) char storage[STORAGE_REACH]; /* of one thread */
} *memory;
static size_t n_ranges;
static uintptr_t base_start, base_end; /* the base block met last */

/* By which programs get blocks of these allocators that no door sees. */
static const char *const makers[] = {"mallocx",           "rallocx",   "tc_malloc",      "tc_calloc", "tc_new",
                                     "tc_newarray",       "mi_malloc", "mi_zalloc",      "mi_calloc", "mi_realloc",
                                     "mi_malloc_aligned", "mi_new",    "mi_heap_malloc", NULL};

void kept_init(const char *allocator)
{
        const char *slash = strrchr(allocator, '/'), *name = slash ? slash + 1 : allocator;
        const char *told = options_environment("MALLOC_CONF");
        is_jemalloc = strncmp(name, "libjemalloc", 11) == 0;
        is_for_good = is_jemalloc ? !told || !strstr(told, "retain:false") : strncmp(name, "libtcmalloc", 11) == 0;
        bool is_mimalloc = strncmp(name, "libmimalloc", 11) == 0;
        any_unseen = (is_jemalloc || is_for_good || is_mimalloc) && lookup_any_imported(makers);
        is_for_good &= !any_unseen;
}

bool kept_any_unseen(void) { return any_unseen; }

bool kept_is_for_good(void) { return is_for_good; }

static void range_add(uintptr_t start, uintptr_t end)
{
        if (n_ranges < N_RANGES && start < end)
                memory->ranges[n_ranges++] = (struct sort_pair){start, end};
}

static bool large_add(const struct block *block, void *context)
{
        range_add(block->start, block->start + block->size);
        return n_ranges < N_RANGES;
}

/* The array of a bin; false where this is none. */
static bool is_bin(const struct cache_bin *bin, uintptr_t *ret_start, uintptr_t *ret_end)
{
        uint16_t head = (uint16_t)bin->head, above = (uint16_t)(bin->empty - head),
                 below = (uint16_t)(head - bin->full);
        *ret_start = bin->head - below;
        *ret_end = bin->head + above;
        return bin->head > UINT16_MAX && bin->head % sizeof(uintptr_t) == 0 && above % sizeof(uintptr_t) == 0 &&
               below % sizeof(uintptr_t) == 0 && above + below <= UINT16_MAX && above + below > 0;
}

/* The bins that begin here, up to `end`: how many, and where their arrays are, together. */
static size_t bins_find(const char *at, const char *end, uintptr_t *ret_start, uintptr_t *ret_end)
{
        size_t n = 0;
        for (; at + sizeof(struct cache_bin) <= end; at += sizeof(struct cache_bin), n++) {
                uintptr_t first, last;
                if (!is_bin((const struct cache_bin *)at, &first, &last) || (n && first != *ret_end))
                        break;
                *ret_start = n ? *ret_start : first;
                *ret_end = last;
        }
        return n;
}

/* Do the leaves that a thread used last begin here? */
static bool is_leaves(const char *at, const char *end)
{
        const struct cached_leaf *leaves = (const struct cached_leaf *)at;
        if ((size_t)(end - at) < LEAVES * sizeof *leaves)
                return false;
        for (size_t i = 0; i < LEAVES; i++) {
                bool is_none = leaves[i].key == LEAF_NONE && leaves[i].leaf == 0;
                if (!is_none && (leaves[i].key % LEAF_SPAN != 0 || leaves[i].key == 0 || leaves[i].leaf == 0))
                        return false;
        }
        return true;
}

/* The bins of one thread, and its leaves. Copied: what is beside its storage may be a mapping that cannot be read to
 * its end. */
static void thread_look(int32_t tid, uintptr_t storage, const uintptr_t *registers, unsigned n_registers)
{
        size_t bytes = STORAGE_REACH;
        uintptr_t from = storage;
        /* Static storage lies below the thread pointer on x86-64, above it elsewhere (ELF Handling For Thread-Local
         * Storage, variants II and I). */
#if defined __x86_64__
        while (bytes >= BYTES_LEAST && (storage < bytes || !probe_read(storage - bytes, memory->storage, bytes)))
                bytes /= 2;
        from -= bytes;
#else
        while (bytes >= BYTES_LEAST && !probe_read(storage, memory->storage, bytes))
                bytes /= 2;
#endif
        const char *words = memory->storage, *end = words + (bytes >= BYTES_LEAST ? bytes : 0);
        while (words < end) {
                uintptr_t first, last;
                size_t n = bins_find(words, end, &first, &last);
                size_t step = sizeof(uintptr_t);
                if (n >= BINS_LEAST) {
                        range_add(first, last);
                        step = n * sizeof(struct cache_bin);
                } else if (is_leaves(words, end)) {
                        uintptr_t at = from + (uintptr_t)(words - memory->storage);
                        step = LEAVES * sizeof(struct cached_leaf);
                        range_add(at, at + step);
                }
                words += step;
        }
}

void kept_begin(void)
{
        n_ranges = base_start = base_end = 0;
        if (!is_jemalloc && !is_for_good)
                return;
        memory = pages_take(sizeof *memory);
        if (memory == NULL)
                return;
        if (is_jemalloc)
                stacks_each_thread(thread_look);
        if (is_for_good)
                large_each_released(large_add, NULL);
        sort_pairs(memory->ranges, n_ranges);
}

void kept_end(void)
{
        if (memory)
                pages_give(memory, sizeof *memory);
        memory = NULL;
        n_ranges = 0;
}

/* A base block begins here: its first page is there as long as it is, since its size is. */
static bool is_base_block(uintptr_t start)
{
        const struct base_block *block = (const struct base_block *)start;
        return start % BASE_ALIGN == 0 && start + block->size > start && block->size % BASE_ALIGN == 0 &&
               block->next % BASE_ALIGN == 0 && (block->bits & OF_NO_ARENA) == OF_NO_ARENA && block->left > start &&
               block->left + block->left_bytes == start + block->size && mark_readable(start, block->size);
}

static bool is_in_base(uintptr_t address, uintptr_t *ret_until)
{
        if (is_jemalloc && address % BASE_ALIGN == 0 && is_base_block(address)) {
                base_start = address;
                base_end = address + ((const struct base_block *)address)->size;
        }
        *ret_until = base_end;
        return base_start <= address && address < base_end;
}

bool kept_holds(uintptr_t address, uintptr_t *ret_until)
{
        if (is_in_base(address, ret_until))
                return true;
        *ret_until = UINTPTR_MAX;
        if (n_ranges == 0)
                return false;
        const struct sort_pair *ranges = memory->ranges;
        size_t i = sort_find(ranges, n_ranges, address), next = i == SIZE_MAX ? 0 : i + 1;
        bool is_held = i != SIZE_MAX && address < ranges[i].value;
        if (next < n_ranges)
                *ret_until = ranges[next].key;
        if (is_held && ranges[i].value < *ret_until)
                *ret_until = ranges[i].value;
        return is_held;
}
