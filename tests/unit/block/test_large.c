/* The block table: large blocks */
#include "shim/block/table.h"
#include "shim_place.h"

enum { MAPPED = 0x7f0000000010, SIZE = 200000 };

static struct block found(uintptr_t start)
{
        struct block block;
        cr_assert(table_find(start, &block), "%#lx is not known", start);
        return block;
}

Test(large, one_byte_more_than_a_slot_can_hold_is_large)
{
        place_begin(5);
        table_insert(MAPPED, WIRE_SMALL_MAX + 1, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(MAPPED);
        cr_assert_not_null(block.large);
        cr_assert_eq(block.size, WIRE_SMALL_MAX + 1);
}

Test(large, release_keeps_both_stacks)
{
        place_begin(5);
        table_insert(MAPPED, SIZE, 7, WIRE_FAMILY_NEW_ARRAY);
        struct block block = found(MAPPED);
        table_release(&block, 9);
        block = found(MAPPED);
        cr_assert(block.released);
        cr_assert_eq(block.stack, 7);
        cr_assert_eq(block.release_stack, 9);
        cr_assert_eq(block.family, WIRE_FAMILY_NEW_ARRAY);
}

Test(large, an_address_given_out_again_is_one_block)
{
        place_begin(5);
        for (uint32_t i = 1; i <= 100; i++) {
                table_insert(MAPPED, SIZE + i, i, WIRE_FAMILY_MALLOC);
                struct block block = found(MAPPED);
                cr_assert_eq(block.stack, i);
                cr_assert_not(block.released);
                table_release(&block, 9);
        }
}

Test(large, a_small_block_hides_the_memory_of_a_large_one_and_the_reverse)
{
        place_begin(5);
        table_insert(MAPPED, SIZE, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(MAPPED);
        table_release(&block, 9);
        table_insert(MAPPED, 10, 8, WIRE_FAMILY_MALLOC);
        cr_assert_eq(found(MAPPED).size, 10);
        block = found(MAPPED);
        table_release(&block, 9);
        table_insert(MAPPED, SIZE, 6, WIRE_FAMILY_MALLOC);
        cr_assert_eq(found(MAPPED).stack, 6);
        cr_assert_not(found(MAPPED).released);
}

Test(large, the_middle_is_found)
{
        place_begin(5);
        struct block block;
        cr_assert_not(table_find_holding(MAPPED + 100000, false, &block));
        table_insert(MAPPED, 4ull << 30, 7, WIRE_FAMILY_MALLOC);
        cr_assert(table_find_holding(MAPPED + (3ull << 30), false, &block));
        cr_assert_eq(block.start, MAPPED);
        cr_assert_not(table_find_holding(MAPPED + (4ull << 30), false, &block));
}

static bool count(const struct block *block, void *context)
{
        *(uint64_t *)context += block->size > WIRE_SMALL_MAX;
        return true;
}

Test(large, thousands_live_and_go)
{
        place_begin(5);
        enum { N = 20000 };
        for (uintptr_t i = 0; i < N; i++)
                table_insert(MAPPED + i * 0x21000, SIZE / 2 * 3, (uint32_t)i + 1, WIRE_FAMILY_MALLOC);
        uint64_t n = 0;
        table_each(count, &n);
        cr_assert_eq(n, N);
        for (uintptr_t i = 0; i < N; i++)
                cr_assert_eq(found(MAPPED + i * 0x21000).stack, i + 1);
        for (uintptr_t i = 0; i < N; i += 2) {
                struct block block = found(MAPPED + i * 0x21000);
                table_forget(&block);
        }
        for (uintptr_t i = 1; i < N; i += 2)
                cr_assert_eq(found(MAPPED + i * 0x21000).stack, i + 1);
        n = 0;
        table_each(count, &n);
        cr_assert_eq(n, N / 2);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_LARGE], 0);
}

Test(large, a_full_neighbourhood_is_counted_not_looped, .timeout = 20)
{
        place_begin(5);
        /* All of one home: more than are ever probed. */
        for (uintptr_t i = 0; i < 5000; i++)
                table_insert(MAPPED + i * 16, SIZE, 7, WIRE_FAMILY_MALLOC);
        cr_assert_gt(arena.header->dropped[WIRE_DROP_LARGE], 0);
        cr_assert_eq(found(MAPPED).stack, 7);
}
