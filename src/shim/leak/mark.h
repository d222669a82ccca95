/* Marking: from the words of memory to the verdicts of blocks
 *
 * Order of calls, all while the other threads stand still: mark_begin(), roots through mark_range() and mark_word(),
 * mark_lost(), mark_end(). Between the first and the last nothing may change the block table.
 */
#ifndef UNFREED_SHIM_LEAK_MARK_H
#define UNFREED_SHIM_LEAK_MARK_H

#include "bare/sort.h"
#include "shim/block/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose words are being read; becomes the holder of what they point to. */
struct mark_source {
        uint8_t kind;       /* enum wire_holder_kind */
        bool is_inherited;  /* not written since this process was forked */
        bool is_allocators; /* where glibc's allocator keeps its lists of free chunks, among other things */
        int32_t tid;
        uint32_t other; /* BLOCK: its stack */
};

struct mark_limits {
        uint64_t deadline_ns; /* CLOCK_MONOTONIC */
        bool again;           /* an earlier judgement left verdicts: clear them first */
        bool ignored;         /* there may be blocks that the program asked us to ignore: they are roots */
};

/* Index the table and take memory. False, with nothing taken, when there is no memory for it. */
bool mark_begin(const struct mark_limits *limits);

/* Memory that can be read, as ranges [key, value) in ascending order that do not touch: blocks are read only where
 * they lie inside. Must stay until mark_end(). */
void mark_set_readable(const struct sort_pair *ranges, size_t n);

/* May so many bytes be loaded? As of mark_set_readable(). */
bool mark_readable(uintptr_t address, size_t bytes);

/* Read the words of [start, end) as roots. The caller vouches that they can be read. */
void mark_range(uintptr_t start, uintptr_t end, const struct mark_source *source);

/* The same for a copy: `words` holds `n` words that stand at `address`. */
void mark_copy(const uintptr_t *words, size_t n, uintptr_t address, const struct mark_source *source);

/* One word that was found at `address` (0 = in a register). */
void mark_word(uintptr_t word, uintptr_t address, const struct mark_source *source);

/* With sampling: is everything that could be found found already? Then no more need be read. */
bool mark_has_all(void);

/* Follow what was found so far through the blocks. */
void mark_follow(void);

/* All roots were given: sort what was not reached into definitely and indirectly lost, and note who leads whom. */
void mark_lost(void);

/* The live large block that holds the address, or that begins next above it; false when there is none. */
bool mark_large_at(uintptr_t address, uintptr_t *ret_start, uintptr_t *ret_end);

/* Give the memory back. Tells what ran out, when not everything was judged. */
enum wire_unjudged mark_end(void);

/* How much has this verdict, by a walk over the table. */
struct mark_sum {
        uint64_t blocks, bytes;
};
struct mark_sum mark_count(enum wire_verdict verdict);

/* Back to UNCLASSIFIED, but for what the program asked us to ignore. */
void mark_clear(void);

#endif
