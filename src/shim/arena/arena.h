/* The capture arena, seen from inside
 *
 * `arena` is this process's view of the shared mapping described in wire/arena.h: bare pointers into it, so that the
 * hot path needs one load to find a table. It stands alone in a page that the kernel wipes in the child of a fork
 * (MADV_WIPEONFORK): a child sees `base == NULL`, whichever way it was made, and can never write into its parent's
 * arena by mistake. `base == NULL` means: not recording now; the slow path finds out why (self/life.h).
 *
 * Elements are taken from extents by arena_take(), never given back.
 */
#ifndef UNFREED_SHIM_ARENA_H
#define UNFREED_SHIM_ARENA_H

#include "wire/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct arena {
        unsigned char *base;
        struct wire_header *header;
        uint32_t *directory;
        const uint8_t *sampled; /* what may be known, while sampling is all that is unusual (record/sample.h), else NULL */
        uintptr_t sample_mask;  /* a block is unknown that has any of these bits in its address; likewise */
        /* The stamp of what is remembered of stacks (stack/stamp.h) while the plain case is possible (record/hot.h), else 0;
         * and the same for a release, which has a stack then. */
        uintptr_t stamp_birth, stamp_release;
        wire_slot *slots;
        struct wire_leaf *leaves;
        struct wire_past *past;
        struct wire_large *large;
        uint8_t *large_touched;
        struct wire_node *nodes;
        struct wire_module *modules;
        struct wire_thread *threads;
        uint64_t directory_capacity, large_capacity; /* a power of two */
        uint64_t past_mask;                          /* capacity - 1 */
        uint32_t nodes_capacity;
        unsigned granule_shift, leaf_shift; /* leaf_shift = granule_shift + 17 */
        unsigned epoch;                     /* = wire_epoch(header->epoch); set by arena_epoch_set() */
        wire_slot epoch_bits, epoch_gone;   /* the same where a slot has it; and with what says that a block is released */
        /* The plain case of what an interpreter does for itself (record/own.h): how many bytes of code count as the
         * interpreter's, else 0; what is the same in the slots of all objects that it makes; the stack of their release. */
        uintptr_t own_bytes, own_object_bytes;
        wire_slot own_object_born;
        uint32_t own_object_gone;
        bool any_aligned_new; /* a block was born through an operator new that is told an alignment */
        size_t n_past_prepared; /* how many of `past` have their pages already; guessed, for block/table.c alone */
        size_t bytes;
} __attribute__((aligned(WIRE_PAGE_BYTES))); /* nothing else may stand in a page that is wiped */
extern struct arena arena __attribute__((visibility("hidden")));

/* The arena that this process's parent had when it forked us, still mapped; NULL when there is none. It survives the
 * wiping, since it is how a child finds what it inherited. */
const struct wire_header *arena_inherited(void);

/* What others do for the making of an arena. The descriptor is lent. Both may run in an errand's child, where getpid()
 * and the numbers of descriptors are not this process's. */
struct arena_helper {
        void (*send)(int memfd, size_t bytes);
        bool (*grow)(int memfd, size_t bytes); /* the file, which this process's limits do not let grow; or NULL */
};

/* Make the memfd, map it, lay it out, fill the header's fixed parts, send the descriptor and close it. False, with nothing
 * mapped, when the kernel refuses. `arena.base` is set last. */
bool arena_init(unsigned granule_shift, const struct arena_helper *helper);

/* A limit of address space that a program gave itself has our share added (hooks/limits.c): room for an arena of full
 * size, and for our other memory. In a fork child it is two shares, since the parent's arena is there too. A share is no
 * multiple of a kilobyte, as limits are: so the images that inherit one know how many are in it. */
uint64_t arena_share(void);
unsigned arena_shares(void); /* how many there shall be: arenas of full size that are mapped here */
unsigned arena_shares_in(uint64_t limit); /* 0 to 2 */

/* To this header.epoch. */
void arena_epoch_set(uint32_t epoch);

/* In a fork child: an empty arena in the place of the parent's, with the view open and nothing recorded, for code that
 * was in the middle of an event at the fork. False, with nothing changed, when the kernel refuses. */
bool arena_stand_in(void);

/* Remember the births of the last `n` released small blocks only, a power of two. Before the first is released. */
void arena_limit_past(uint64_t n);

/* Stop recording for good: `base` becomes NULL. The mapping stays, and so do the pointers into it: other threads may be
 * using both. */
void arena_stop(void);

/* Index of the first of `n` fresh, zeroed elements; 0 when the extent is full, which is counted as `drop`.
 * Index 0 of every extent is never given. */
uint64_t arena_take(enum wire_extent extent, uint64_t n, enum wire_drop drop);
void *arena_element(enum wire_extent extent, uint64_t index, size_t element_bytes);

/* Copy a string (or bytes, NUL-terminated by us) into the text extent; 0 for the empty one or when it is full. */
uint32_t arena_text(const char *text);
uint32_t arena_text_bytes(const void *bytes, size_t n);

void arena_drop(enum wire_drop drop);

#endif
