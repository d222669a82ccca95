/* Stacks as paths in a trie
 *
 * A stack is a node id: following `parent` from it gives the frames from the innermost outwards, down to node 0.
 * `word` says what the frame is. Its top 16 bits are a tag:
 *
 *      1 .. 0xfeff   a native return address in that module (1-based index into the module list); bits 0-47 the
 *                    address. The tag, not the address alone, names the code: after dlclose and dlopen the same
 *                    address may belong to another module.
 *      0             a native return address in no known module (JIT code)
 *      0xff00        ALLOCATOR: bits 0-7 the entry point (enum wire_entry), bits 8-15 log2 of the alignment asked
 *                    for (0 = none). Always the innermost node of the stack of a block or of a release.
 *      0xff01        PYTHON: bits 0-31 another node id, that of the Python frames that were current. Stands directly
 *                    below (outside) the ALLOCATOR node; the native frames go on through `parent`.
 *      0xff02        CODE: a Python frame. Bits 0-23 index into the code list, bits 24-46 the last instruction, in
 *                    bytes; bit 47: the outermost frame that its native evaluation runs (one call of the
 *                    interpreter's loop stands for the frames from an innermost one out to one with this bit)
 *      0xff03        CUT: the walk stopped at the depth limit; the frames outside it are missing
 *      0xff04        END: the walk ended early here (no unwind rule, or a stack that made no sense)
 */
#ifndef UNFREED_WIRE_NODE_H
#define UNFREED_WIRE_NODE_H

#include <stdint.h>

struct wire_node {
        uint64_t word;
        uint32_t parent;     /* node id of the frame that called this one; 0 = the root */
        uint32_t last_child; /* shim only: the child found last, a hint; readers ignore it */
};
_Static_assert(sizeof(struct wire_node) == 16, "node layout is part of the format");

enum {
        WIRE_WORD_TAG_SHIFT = 48,
        WIRE_TAG_MODULE_MAX = 0xfeff,
        WIRE_TAG_ALLOCATOR = 0xff00,
        WIRE_TAG_PYTHON = 0xff01,
        WIRE_TAG_CODE = 0xff02,
        WIRE_TAG_CUT = 0xff03,
        WIRE_TAG_END = 0xff04,
};

static inline unsigned wire_word_tag(uint64_t word) { return (unsigned)(word >> WIRE_WORD_TAG_SHIFT); }
static inline uint64_t wire_word_value(uint64_t word) { return word & ((UINT64_C(1) << WIRE_WORD_TAG_SHIFT) - 1); }
static inline uint64_t wire_word(unsigned tag, uint64_t value) { return (uint64_t)tag << WIRE_WORD_TAG_SHIFT | value; }

static inline uint64_t wire_word_allocator(unsigned entry, unsigned align_log2)
{
        return wire_word(WIRE_TAG_ALLOCATOR, entry | align_log2 << 8);
}
static inline unsigned wire_word_entry(uint64_t word) { return (unsigned)word & 0xff; }
static inline unsigned wire_word_align_log2(uint64_t word) { return (unsigned)(word >> 8) & 0xff; }
enum { WIRE_LASTI_MAX = 0x7fffff };
#define WIRE_CODE_ENTRY (UINT64_C(1) << 47)
static inline uint64_t wire_word_code(uint32_t code, uint32_t lasti_bytes)
{
        return wire_word(WIRE_TAG_CODE, (code & 0xffffff) | (uint64_t)(lasti_bytes & WIRE_LASTI_MAX) << 24);
}
static inline uint32_t wire_word_code_index(uint64_t word) { return (uint32_t)word & 0xffffff; }
static inline uint32_t wire_word_lasti(uint64_t word) { return (uint32_t)(word >> 24) & WIRE_LASTI_MAX; }
static inline unsigned wire_word_code_entry(uint64_t word) { return (word & WIRE_CODE_ENTRY) != 0; }

#endif
