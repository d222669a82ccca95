/* Which live block does a word point to? */
#include "heap.h"

#include "shim/leak/find.h"
#include "shim/sys/pages.h"

#include <sys/mman.h>

static bool points(uintptr_t word, uintptr_t *ret_start, bool *ret_is_start)
{
        struct block block;
        if (!find_may_point(word) || !find_block(word, &block, ret_is_start))
                return false;
        *ret_start = block.start;
        return true;
}

static void expect(uintptr_t word, uintptr_t start)
{
        uintptr_t found = 0;
        bool is_start = false;
        cr_assert(points(word, &found, &is_start), "%#lx points to nothing", word);
        cr_assert_eq(found, start);
        cr_assert_eq(is_start, word == start);
}

static void expect_none(uintptr_t word)
{
        uintptr_t found;
        bool is_start;
        cr_assert_not(points(word, &found, &is_start), "%#lx points to %#lx", word, found);
}

Test(find, a_word_points_to_the_block_that_holds_it)
{
        heap_begin(5);
        uintptr_t block = (uintptr_t)heap_block(0x1010, 100);
        cr_assert(find_begin());
        expect(block, block);
        expect(block + 1, block);
        expect(block + 99, block);
        expect_none(block + 100);
        expect_none(block - 1);
}

Test(find, a_page_of_slots_that_was_never_written_is_not_made_by_a_look)
{
        enum { FAR = 0x100000 }; /* more than a block of that size may reach */
        unsigned char there = 0;
        heap_begin(5);
        uintptr_t block = (uintptr_t)heap_block(0x1010, 100);
        wire_slot *far = (wire_slot *)align_down((uintptr_t)table_slot(block + FAR), WIRE_PAGE_BYTES);
        cr_assert(find_begin());
        expect_none(block + FAR);
        cr_assert_eq(mincore(far, 1, &there), 0);
        cr_assert_not(there & 1);
        cr_assert_eq(*far, 0);
        cr_assert_eq(mincore(far, 1, &there), 0);
        cr_assert(there & 1);
}

Test(find, a_block_of_no_bytes_is_held_by_its_start)
{
        heap_begin(5);
        uintptr_t block = (uintptr_t)heap_block(0x1010, 0);
        cr_assert(find_begin());
        expect(block, block);
        expect_none(block + 1);
}

Test(find, a_word_deep_inside_a_slab_points_to_it_past_pages_of_empty_slots)
{
        heap_begin(5);
        uintptr_t before = (uintptr_t)heap_block(0x1000, 40), slab = (uintptr_t)heap_block(0x2010, 0x1fff0);
        uintptr_t after = (uintptr_t)heap_block(0x22020, 10);
        cr_assert(find_begin());
        for (uintptr_t at = slab + 1; at < slab + 0x1fff0; at += 333)
                expect(at, slab);
        expect(slab + 0x1ffef, slab);
        expect_none(slab + 0x1fff0);
        expect_none(slab - 1);
        expect(before + 39, before);
        expect(after + 9, after);
        find_end();
}

Test(find, without_memory_for_its_index_it_finds_all_the_same)
{
        heap_begin(5);
        uintptr_t slab = (uintptr_t)heap_block(0x2010, 0x8000), after = (uintptr_t)heap_block(0xa040, 10);
        cr_assert(find_begin());
        pages_refuse(1);
        expect(slab + 0x7fff, slab);
        cr_assert_null(find.pages);
        cr_assert_neq(find.page_bytes, 0, "it was asked for");
        expect_none(slab + 0x8000);
        expect(after + 9, after);
}

Test(find, what_was_released_inside_a_larger_block_later_does_not_hide_it)
{
        heap_begin(5);
        struct block old;
        uintptr_t small = (uintptr_t)heap_block(0x2000, 30);
        cr_assert(table_find(small, &old));
        table_release(&old, 2);
        uintptr_t block = (uintptr_t)heap_block(0x1000, 0x4000);
        cr_assert(find_begin());
        expect(small, block);
        expect(small + 8, block);
}

Test(find, the_last_byte_of_the_largest_small_block_is_found_across_a_leaf)
{
        heap_begin(5);
        size_t leaf = (size_t)1 << arena.leaf_shift;
        uintptr_t block = (uintptr_t)heap_block(leaf - 64, WIRE_SMALL_MAX);
        heap_block(leaf * 2, 8);
        cr_assert(find_begin());
        expect(block + WIRE_SMALL_MAX - 1, block);
        expect_none(block + WIRE_SMALL_MAX);
}

Test(find, dense_blocks_of_another_allocator_are_told_apart)
{
        heap_begin(3);
        uintptr_t one = (uintptr_t)heap_block(0x1008, 8), two = (uintptr_t)heap_block(0x1010, 8);
        cr_assert(find_begin());
        expect(one, one);
        expect(one + 7, one);
        expect(two, two);
        expect_none(two + 8);
}

Test(find, large_blocks_are_found_at_every_byte)
{
        heap_begin(5);
        uintptr_t other = (uintptr_t)heap_block(0x800010, 300000), block = (uintptr_t)heap_block(0x100010, 5 << 20);
        cr_assert(find_begin());
        expect(block, block);
        expect(block + (5 << 20) - 1, block);
        expect_none(block + (5 << 20));
        expect(other + 1, other);
}

Test(find, released_blocks_are_not_found)
{
        heap_begin(5);
        struct block small, large;
        uintptr_t a = (uintptr_t)heap_block(0x1000, 100), b = (uintptr_t)heap_block(0x100000, 300000);
        heap_block(0x9000, 16);
        cr_assert(table_find(a, &small));
        cr_assert(table_find(b, &large));
        table_release(&small, 2);
        table_release(&large, 2);
        cr_assert(find_begin());
        expect_none(a);
        expect_none(a + 50);
        expect_none(b);
        expect_none(b + 50);
}

static size_t n_seen;
static bool any(unsigned verdict) { return true; }
static bool see(const struct block *block)
{
        n_seen++;
        return true;
}

Test(find, each_live_block_is_visited_once)
{
        heap_begin(5);
        for (size_t i = 0; i < 1000; i++)
                heap_block(i * 4096, 100);
        heap_block(8 << 20, 1 << 20);
        struct block gone;
        cr_assert(table_find((uintptr_t)heap, &gone));
        table_release(&gone, 2);
        cr_assert(find_begin());
        find_each(any, see);
        cr_assert_eq(n_seen, 1000);
}

Test(find, an_empty_table_has_no_pointers)
{
        heap_begin(5);
        cr_assert(find_begin());
        expect_none((uintptr_t)heap);
        expect_none(0);
        expect_none(UINTPTR_MAX);
}
