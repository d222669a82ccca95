/* What another allocator keeps: its records are told from memory of the program's */
#include "heap.h"

#include "shim/leak/kept.h"
#include "shim/leak/stacks.h"

enum { BASE = 2 << 20 };
static uintptr_t until;

/* What src/base.c of jemalloc 5.3 writes at the start of a base block; returned as words. */
static uintptr_t *base_block(size_t offset, size_t bytes)
{
        uintptr_t *words = (uintptr_t *)(heap + offset);
        words[0] = bytes;
        words[1] = (uintptr_t)heap;
        words[2] = 0xe80afff;
        words[3] = (uintptr_t)words + 0x18300;
        words[4] = bytes - 0x18300;
        return words;
}

static void begin(const char *allocator)
{
        heap_begin(3);
        heap = (unsigned char *)(((uintptr_t)heap + BASE - 1) & ~(uintptr_t)(BASE - 1));
        mark_set_readable(&heap_readable, 1);
        kept_init(allocator);
        kept_begin();
}

static bool holds(size_t offset) { return kept_holds((uintptr_t)heap + offset, &until); }

Test(kept, a_base_block_of_jemalloc_is_its_own_to_its_end)
{
        begin("/usr/lib/libjemalloc.so.2");
        base_block(BASE, 2 * BASE);
        cr_assert_not(holds(0));
        cr_assert(holds(BASE));
        cr_assert_eq(until, (uintptr_t)heap + 3 * BASE);
        cr_assert(holds(BASE + 0x5000));
        cr_assert_not(holds(3 * BASE));
}

Test(kept, what_only_resembles_a_base_block_is_the_programs)
{
        begin("libjemalloc.so.2");
        base_block(0, BASE)[0] += 4096;
        cr_assert_not(holds(0));
        base_block(BASE, BASE)[4] -= 8;
        cr_assert_not(holds(BASE));
        base_block(2 * BASE, BASE)[2] = 0x1fffff000;
        cr_assert_not(holds(2 * BASE));
        base_block(3 * BASE, (size_t)64 << 20); /* longer than the mapping */
        cr_assert_not(holds(3 * BASE));
        base_block(4 * BASE, (size_t)0 - BASE); /* beyond the end of all addresses */
        cr_assert_not(holds(4 * BASE));
}

Test(kept, other_allocators_have_no_base_blocks)
{
        begin("/lib/x86_64-linux-gnu/libc.so.6");
        base_block(0, BASE);
        cr_assert_not(holds(0));
        cr_assert_not(kept_is_for_good());
        kept_init("libmimalloc.so.2");
        cr_assert_not(holds(0));
        cr_assert_not(kept_is_for_good());
}

/* As a thread of jemalloc's has them in its storage: pairs of 1 GiB of addresses and a leaf, or of 1 and 0. */
enum { LEAVES = 24, GIB = 1 << 30 };
static __thread uintptr_t storage[2 * LEAVES];

static bool holds_leaves(void)
{
        kept_init("libjemalloc.so.2");
        kept_begin();
        bool first = kept_holds((uintptr_t)storage, &until);
        bool all = first && until == (uintptr_t)(storage + 2 * LEAVES);
        kept_end();
        return all;
}

static void leaves_begin(void)
{
        heap_begin(3);
        stacks_begin((uintptr_t)__builtin_frame_address(0));
        for (int i = 0; i < LEAVES; i++) {
                storage[2 * i] = i % 3 ? 1 : UINT64_C(0x7faec0000000) + (uint64_t)i * GIB;
                storage[2 * i + 1] = i % 3 ? 0 : (uintptr_t)heap;
        }
}

Test(kept, the_leaves_that_a_thread_used_last_are_the_allocators)
{
        leaves_begin();
        cr_assert(holds_leaves());
        kept_init("libc.so.6");
        kept_begin();
        cr_assert_not(kept_holds((uintptr_t)storage, &until));
        kept_end();
}

Test(kept, what_only_resembles_such_leaves_is_the_programs)
{
        leaves_begin();
        storage[0] += 4096;
        cr_assert_not(holds_leaves(), "not of a leaf");
        leaves_begin();
        storage[1] = 0;
        cr_assert_not(holds_leaves(), "no leaf");
        leaves_begin();
        storage[2 * LEAVES - 1] = 1;
        cr_assert_not(holds_leaves(), "the last is none");
        leaves_begin();
        storage[0] = 0;
        cr_assert_not(holds_leaves(), "the first page");
}

Test(kept, a_large_block_that_was_released_is_the_allocators)
{
        heap_begin(3);
        heap_block(0x100000, 300000);
        heap_block(0x200000, 300000);
        struct block block;
        cr_assert(table_find((uintptr_t)heap + 0x100000, &block));
        table_release(&block, 1);
        kept_init("libtcmalloc_minimal.so.4");
        kept_begin();
        cr_assert_not(holds(0x100000 - 8));
        cr_assert_eq(until, (uintptr_t)heap + 0x100000);
        cr_assert(holds(0x100000 + 299999));
        cr_assert_eq(until, (uintptr_t)heap + 0x100000 + 300000);
        cr_assert_not(holds(0x100000 + 300000));
        cr_assert_not(holds(0x200000));
        kept_end();
}
