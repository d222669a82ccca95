/* An arena in a few kilobytes, as fuzz_arena.c takes it: make_arena small|header|lies > FILE
 *
 * A little of everything that a reader looks at, with tables that lie close together: a fuzzer changes few bytes at a
 * time. The first half stands where the arena begins, the second half is the slots of the first leaf. "header" is
 * nothing but the header; "lies" says in it that there are more nodes than could ever be. */
#include "wire/arena.h"
#include "wire/family.h"

#include <stdio.h>
#include <string.h>

enum { HALF = 10688, TEXT_BYTES = 1024, ROWS = 8, SLOT_BYTES = 1 << 20, BASE = 0x10000000 };

static union {
        struct wire_header header;
        unsigned char bytes[2 * HALF];
} arena;

static const struct {
        uint64_t capacity;
        size_t element_bytes;
} shape[WIRE_EXTENT_END] = {
        [WIRE_EXTENT_TEXT] = {TEXT_BYTES, 1},
        [WIRE_EXTENT_MODULES] = {4, sizeof(struct wire_module)},
        [WIRE_EXTENT_THREADS] = {ROWS, sizeof(struct wire_thread)},
        [WIRE_EXTENT_WRONGS] = {ROWS, sizeof(struct wire_wrong)},
        [WIRE_EXTENT_HOLDERS] = {ROWS, sizeof(struct wire_holder)},
        [WIRE_EXTENT_CODES] = {ROWS, sizeof(struct wire_code)},
        [WIRE_EXTENT_PAST] = {ROWS, sizeof(struct wire_past)},
        [WIRE_EXTENT_LARGE] = {64, sizeof(struct wire_large)},
        [WIRE_EXTENT_LARGE_TOUCHED] = {4, 1},
        [WIRE_EXTENT_LEAVES] = {4, sizeof(struct wire_leaf)},
        [WIRE_EXTENT_DIRECTORY] = {4, sizeof(uint32_t)},
        [WIRE_EXTENT_NODES] = {64, sizeof(struct wire_node)},
};

static void *element(enum wire_extent extent, uint64_t index)
{
        return arena.bytes + arena.header.extents[extent].off + index * shape[extent].element_bytes;
}

static uint32_t text(const char *words)
{
        struct wire_range *range = &arena.header.extents[WIRE_EXTENT_TEXT];
        uint32_t off = (uint32_t)range->used;
        strcpy((char *)arena.bytes + range->off + off, words);
        range->used += strlen(words) + 1;
        return off;
}

static uint32_t node(uint32_t parent, uint64_t word)
{
        uint32_t index = (uint32_t)arena.header.extents[WIRE_EXTENT_NODES].used++;
        *(struct wire_node *)element(WIRE_EXTENT_NODES, index) = (struct wire_node){.parent = parent, .word = word};
        return index;
}

static void lay_out(void)
{
        struct wire_header *h = &arena.header;
        uint64_t off = (sizeof *h + 63) & ~UINT64_C(63);
        for (int i = 0; i < WIRE_EXTENT_END; i++) {
                h->extents[i] = (struct wire_range){.off = off, .capacity = shape[i].capacity, .used = 1};
                off = (off + shape[i].capacity * shape[i].element_bytes + 63) & ~UINT64_C(63);
        }
        h->extents[WIRE_EXTENT_SLOTS] = (struct wire_range){.off = HALF, .capacity = 2, .used = 1};
        memcpy(h->magic, WIRE_MAGIC, sizeof h->magic);
        h->version = WIRE_VERSION;
        h->header_bytes = sizeof *h;
        h->arena_bytes = HALF + 2 * SLOT_BYTES;
}

static void header_fill(void)
{
        struct wire_header *h = &arena.header;
        h->pid = 5;
        h->ppid = 1;
        h->exe = text("/abs/leaky");
        h->argv = text("./leaky");
        text("--fast");
        h->argc = 2;
        h->labels = text("rank=3");
        text("");
        h->granule_shift = 5;
        h->epoch = 1;
        h->end = WIRE_END_EXIT;
        h->judged = WIRE_JUDGED_WHOLE;
        h->python = (struct wire_python){.seen = 1, .major = 3, .minor = 11, .frames = 1, .version = text("3.11.2")};
}

static void rows_fill(uint32_t stack)
{
        struct wire_range *extents = arena.header.extents;
        *(struct wire_thread *)element(WIRE_EXTENT_THREADS, extents[WIRE_EXTENT_THREADS].used++) =
                (struct wire_thread){.count = {.births = 7, .releases = 3, .live_bytes = 200}, .tid = 5};
        *(struct wire_wrong *)element(WIRE_EXTENT_WRONGS, extents[WIRE_EXTENT_WRONGS].used++) =
                (struct wire_wrong){.address = BASE + 96,
                                    .block = BASE + 96,
                                    .size = 24,
                                    .count = 2,
                                    .birth_stack = stack,
                                    .release_stack = stack,
                                    .first_release_stack = stack,
                                    .tid = 5,
                                    .kind = WIRE_WRONG_DOUBLE,
                                    .family = WIRE_FAMILY_MALLOC};
        *(struct wire_holder *)element(WIRE_EXTENT_HOLDERS, extents[WIRE_EXTENT_HOLDERS].used++) = (struct wire_holder){
                .stack = stack, .kind = WIRE_HOLDER_LEADS, .verdict = WIRE_VERDICT_DEFINITE, .blocks = 2, .bytes = 128};
        *(struct wire_large *)element(WIRE_EXTENT_LARGE, 9) = (struct wire_large){.address = 0x20000000,
                                                                                  .size = 1 << 20,
                                                                                  .stack = stack,
                                                                                  .family = WIRE_FAMILY_NEW,
                                                                                  .verdict = WIRE_VERDICT_REACHABLE,
                                                                                  .epoch = 1};
        *(unsigned char *)element(WIRE_EXTENT_LARGE_TOUCHED, 0) = 1;
}

static void blocks_fill(uint32_t stack)
{
        struct wire_leaf *leaf = element(WIRE_EXTENT_LEAVES, arena.header.extents[WIRE_EXTENT_LEAVES].used++);
        leaf->base = BASE;
        leaf->touched[0] = leaf->touched[1] = 1;
        wire_slot *slots = (wire_slot *)(void *)(arena.bytes + HALF);
        const uint64_t lost = (uint64_t)WIRE_VERDICT_DEFINITE << WIRE_SLOT_VERDICT_SHIFT;
        for (unsigned i = 0; i < 6; i++)
                slots[3 * i] = wire_slot_make(stack - i % 2, 16 * i, WIRE_FAMILY_MALLOC, 0, 1) | (i % 3 ? lost : 0);
        slots[19] = slots[0] | UINT64_C(1) << WIRE_SLOT_RELEASED_SHIFT;
}

static uint32_t stack_fill(void)
{
        struct wire_range *extents = arena.header.extents;
        *(struct wire_module *)element(WIRE_EXTENT_MODULES, extents[WIRE_EXTENT_MODULES].used++) =
                (struct wire_module){.start = 0x400000,
                                     .end = 0x500000,
                                     .bias = 0x400000,
                                     .path = text("/abs/leaky"),
                                     .build_id_bytes = WIRE_BUILD_ID_BYTES};
        *(struct wire_code *)element(WIRE_EXTENT_CODES, extents[WIRE_EXTENT_CODES].used++) =
                (struct wire_code){.object = BASE,
                                   .filename = text("use.py"),
                                   .qualname = text("f"),
                                   .line_table = text("\x80\x01"),
                                   .line_table_bytes = 2,
                                   .first_line = 3,
                                   .kind = 2};
        uint32_t python = node(0, wire_word(WIRE_TAG_CODE, 1));
        uint32_t outer = node(0, wire_word(1, 0x400100));
        uint32_t inner = node(node(outer, wire_word(WIRE_TAG_PYTHON, python)), wire_word(1, 0x400200));
        node(outer, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
        return node(inner, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
}

int main(int argc, char **argv)
{
        const char *which = argc > 1 ? argv[1] : "small";
        lay_out();
        header_fill();
        uint32_t stack = stack_fill();
        rows_fill(stack);
        blocks_fill(stack);
        if (strcmp(which, "lies") == 0)
                arena.header.extents[WIRE_EXTENT_NODES].used = UINT64_MAX;
        size_t n = strcmp(which, "header") == 0 ? sizeof arena.header : sizeof arena;
        return fwrite(arena.bytes, 1, n, stdout) != n;
}
