/* Arenas made by hand
 *
 * What the shim writes, in miniature: a memfd with a header and short extents, mapped, into which a test puts exactly
 * the records that it is about.
 */
#ifndef UNFREED_TEST_ARENA_MAKER_H
#define UNFREED_TEST_ARENA_MAKER_H

#include "wire/arena.h"
#include "wire/family.h"

#include <stddef.h>
#include <stdint.h>

struct maker {
        int fd;
        size_t bytes;
        unsigned char *base;
        struct wire_header *header;
};

/* Extents of: text 4096, modules 16, threads 16, wrongs 64, holders 64, codes 16, past 16, large 4096, leaves 16,
 * directory 16, nodes 65536 and slots for 16 leaves. Indexes 0 are in use by nothing. */
void maker_init(struct maker *maker);
void maker_deinit(struct maker *maker);

void *maker_element(struct maker *maker, enum wire_extent extent, uint64_t index);
uint32_t maker_text(struct maker *maker, const char *text);
uint32_t maker_module(struct maker *maker, const char *path, uint64_t start, uint64_t end);
uint32_t maker_node(struct maker *maker, uint32_t parent, uint64_t word);
uint32_t maker_leaf(struct maker *maker, uint64_t base);

/* A stack of malloc called from `n` addresses in module 1, which is made if there is none. */
uint32_t maker_stack(struct maker *maker, unsigned n, uint64_t first_address);

/* Put a live block into the table, in leaf 1 (made if there is none) or among the large ones. */
void maker_block(struct maker *maker, uint64_t granule, uint32_t stack, uint64_t size, unsigned verdict);

#endif
