/* Pointers into a block that are as good as pointers to its start
 *
 * Some libraries and compilers never keep the address that the allocator gave, but a fixed place behind it, and find
 * the start again when they release the block. These places are known by what stands in front of them:
 *
 *  length prefix  the first word is the number of bytes that follow it (sqlite3's allocator)
 *
 *  std::string    the reference-counted one of libstdc++ before C++11: length, capacity and count stand in front of
 *                 the characters, and capacity tells the size of the block (basic_string.h, _Rep)
 *
 *  new[] cookie   an array whose elements have destructors: their number stands in front of the first one (Itanium C++
 *                 ABI 2.7)
 *
 *  inheritance    a second base class: both the block and the place begin with a pointer to a table of virtual
 *                 functions (Itanium C++ ABI 2.5)
 *
 *  Python object  CPython keeps links of its collector, and dictionary pointers since 3.11, in front of objects
 *                 (Include/internal/pycore_gc.h, pycore_object.h)
 *
 *  attributes     those of a Python object of 3.11 and 3.12 stand behind a prefix, whose last byte says how long it is;
 *                 3.12 points to that byte (Objects/dictobject.c, new_values(); pycore_object.h)
 *
 *  tsearch(3)     a node of libc's binary tree is its key and two children; a red node has bit 0 set in its pointer to
 *                 the left one (misc/tsearch.c since glibc 2.25)
 *
 *  HashMap        Rust's: its buckets, and behind them a byte for each, to which the map points; the bytes of the first
 *                 group stand once more behind the last (hashbrown, raw/mod.rs)
 */
#include "shim/leak/shape.h"

#include "shim/python/interpreter.h"
#include "shim/sys/pages.h"
#include "shim/sys/probe.h"

#include <string.h>

enum { WORD = sizeof(uintptr_t), VTABLE_WORDS = 4 };

static struct shape_ranges code, files;

/* What was said of a word before, a bit for yes beside it: programs have few tables and many objects, and each answer
 * costs a system call. */
enum { ANSWERS_LOG2 = 12 };
static uintptr_t answers[1 << ANSWERS_LOG2] PAGES_APART;
static bool any_answer;

void shape_set_mapped(const struct shape_ranges *of_code, const struct shape_ranges *of_files)
{
        code = *of_code;
        files = *of_files;
        if (any_answer)
                memset(answers, 0, sizeof answers);
        any_answer = false;
}

static bool is_in(const struct shape_ranges *ranges, uintptr_t address)
{
        size_t i = sort_find(ranges->all, ranges->n, address);
        return i < ranges->n && address < ranges->all[i].value;
}

static uintptr_t word_at(uintptr_t address) { return *(const uintptr_t *)address; }

static bool is_length_prefixed(const struct block *block, uintptr_t offset)
{
        return offset == WORD && word_at(block->start) == block->size - WORD;
}

static bool is_old_string(const struct block *block, uintptr_t offset)
{
        if (offset != 3 * WORD || block->size < 3 * WORD + 1)
                return false;
        uintptr_t length = word_at(block->start), capacity = word_at(block->start + WORD);
        return length <= capacity && capacity == block->size - 3 * WORD - 1;
}

/* The number stands in the word before the first element, whatever padding is before that. */
static bool is_array_with_cookie(const struct block *block, uintptr_t offset)
{
        if (block->family != WIRE_FAMILY_NEW_ARRAY || offset < WORD || offset > 64 || (offset & (offset - 1)) != 0)
                return false;
        uintptr_t n = word_at(block->start + offset - WORD);
        if (n == 0) /* an empty array: its first element would stand at the end */
                return block->size == offset;
        return block->size > offset && (block->size - offset) % n == 0 && n <= block->size - offset;
}

/* A pointer to virtual functions: the word points into a mapped file, not to code in it, and among the first words
 * there are pointers to code (pure virtual and absent ones may be zero). Objects are full of pointers to others: these
 * are no system call each. */
static bool is_table(uintptr_t word)
{
        uintptr_t table[VTABLE_WORDS];
        if (!is_in(&files, word) || is_in(&code, word) || !probe_read(word, table, sizeof table))
                return false;
        for (int i = 0; i < VTABLE_WORDS; i++)
                if (table[i] != 0)
                        return is_in(&code, table[i]);
        return false;
}

static bool is_vtable(uintptr_t word)
{
        if (word < 4096 || word % WORD != 0)
                return false;
        uintptr_t *answer = &answers[word * UINT64_C(0x9e3779b97f4a7c15) >> (64 - ANSWERS_LOG2)];
        if ((*answer & ~(uintptr_t)1) != word) {
                *answer = word | is_table(word);
                any_answer = true;
        }
        return *answer & 1;
}

static bool is_second_base(const struct block *block, uintptr_t offset)
{
        if ((block->family != WIRE_FAMILY_NEW && block->family != WIRE_FAMILY_NEW_ARRAY) || offset % WORD != 0 ||
            offset + WORD > block->size)
                return false;
        return is_vtable(word_at(block->start)) && is_vtable(word_at(block->start + offset));
}

static bool is_python_object(const struct block *block, uintptr_t offset)
{
        return block->family == WIRE_FAMILY_PYOBJECT && (offset == 2 * WORD || offset == 4 * WORD);
}

/* The prefix has a byte for each attribute, for the order in which they were set, one for how many of them were, and
 * that of its own length, in whole words. */
static bool is_python_attributes(const struct block *block, uintptr_t offset)
{
        enum { ATTRIBUTES_MAX = 30 }; /* pycore_dict.h, SHARED_KEYS_MAX_SIZE */
        if (block->family != WIRE_FAMILY_PYMEM || (interpreter.minor != 11 && interpreter.minor != 12))
                return false;
        uintptr_t prefix = offset + (interpreter.minor == 12 && offset % WORD == WORD - 1);
        if (prefix < WORD || prefix % WORD != 0 || block->size <= prefix || block->size % WORD != 0)
                return false;
        uintptr_t n = (block->size - prefix) / WORD;
        const unsigned char *values = (const unsigned char *)block->start + prefix;
        return n <= ATTRIBUTES_MAX && prefix == (n + 2 + WORD - 1) / WORD * WORD && values[-1] == prefix &&
               values[-2] <= n;
}

/* No block starts at an address that is not a multiple of 16. */
static bool is_tree_node(const struct block *block, uintptr_t offset)
{
        enum { ALIGNED = 15 };
        return offset == 1 && block->size == 3 * WORD && block->family == WIRE_FAMILY_MALLOC &&
               (word_at(block->start + WORD) & ALIGNED & ~(uintptr_t)1) == 0 &&
               (word_at(block->start + 2 * WORD) & ALIGNED) == 0;
}

#if defined __aarch64__
enum { MAP_GROUP = 8 };
#else
enum { MAP_GROUP = 16 };
#endif

/* A byte has seven bits of a hash, or says that its bucket is empty (there always is one) or was. */
static bool is_rust_map(const struct block *block, uintptr_t offset)
{
        enum { EMPTY = 0xff, WAS = 0x80, ALIGNED = 15, LEAST = 4 };
        uintptr_t n = block->size - offset - MAP_GROUP, copied = n < MAP_GROUP ? n : MAP_GROUP;
        if (block->family != WIRE_FAMILY_MALLOC || offset == 0 || (offset & ALIGNED) != 0 ||
            block->size < offset + MAP_GROUP + LEAST || (n & (n - 1)) != 0)
                return false;
        const unsigned char *bytes = (const unsigned char *)block->start + offset;
        if (memcmp(bytes, bytes + (n < MAP_GROUP ? MAP_GROUP : n), copied) != 0)
                return false;
        for (uintptr_t i = 0; i < copied; i++)
                if (bytes[i] > WAS && bytes[i] != EMPTY)
                        return false;
        return memchr(bytes, EMPTY, n) != NULL;
}

bool shape_is_start(const struct block *block, uintptr_t word)
{
        uintptr_t offset = word - block->start;
        if (block->start % WORD != 0)
                return false;
        return is_length_prefixed(block, offset) || is_old_string(block, offset) ||
               is_array_with_cookie(block, offset) || is_python_object(block, offset) ||
               is_python_attributes(block, offset) || is_tree_node(block, offset) || is_rust_map(block, offset) ||
               is_second_base(block, offset);
}

bool shape_is_last_remainder(uintptr_t address, bool (*readable)(uintptr_t address, size_t bytes))
{
        enum { N_LISTS = 127, EMPTY_LEAST = 16 };
        uintptr_t lists = address + WORD;
        unsigned n_empty = 0;
        if (!readable(lists, N_LISTS * 2 * WORD))
                return false;
        for (uintptr_t at = lists; at < lists + N_LISTS * 2 * WORD; at += 2 * WORD)
                n_empty += word_at(at) == at - 2 * WORD && word_at(at + WORD) == at - 2 * WORD;
        return n_empty >= EMPTY_LEAST;
}
