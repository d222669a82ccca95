/* What was born since a mark, and what has grown */
#include "heap.h"

#include "shim/leak/growth.h"
#include "shim/leak/since.h"
#include "shim/self/life.h"
#include "shim/sys/pages.h"

static struct since_site sites[8];

static int64_t ask(uint64_t mark, bool only_grown)
{
        struct since_question question = {.mark = mark, .only_grown = only_grown};
        return since_sites(&question, sites, 8);
}

static void release(const uintptr_t *start)
{
        struct block block;
        cr_assert(table_find((uintptr_t)start, &block));
        table_release(&block, 7);
}

Test(since, what_lived_before_the_mark_is_no_news)
{
        heap_begin(5);
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(since_begin(), false), 0);
}

Test(since, one_block_among_a_hundred_thousand_is_found)
{
        heap_begin(5);
        for (size_t i = 0; i < 100000; i++)
                heap_block_of(0x1000 + i * 64, 24 + i % 7, 3 + (uint32_t)(i % 500), WIRE_FAMILY_MALLOC);
        uint64_t mark = since_begin();
        heap_block_of(0x1000 + 100000 * 64, 16, 42, WIRE_FAMILY_NEW);
        cr_assert_eq(ask(mark, true), 1);
        cr_assert_eq(sites[0].blocks, 1);
        cr_assert_eq(sites[0].bytes, 16);
        cr_assert_eq(sites[0].grown_blocks, 1);
        cr_assert_eq(sites[0].grown_bytes, 16);
        cr_assert_eq(sites[0].stack, 42);
}

Test(since, a_block_reborn_at_its_place_is_new_though_nothing_has_grown)
{
        heap_begin(5);
        uintptr_t *block = heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        uint64_t mark = since_begin();
        release(block);
        cr_assert_eq(ask(mark, false), 0);
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(mark, false), 1);
        cr_assert_eq(sites[0].blocks, 1);
        cr_assert_eq(sites[0].grown_blocks, 0);
        cr_assert_eq(ask(mark, true), 0);
}

Test(since, what_shrank_is_told_when_asked_for)
{
        heap_begin(5);
        uintptr_t *gone = heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        uintptr_t *less = heap_block_of(0x2000, 24, 4, WIRE_FAMILY_MALLOC);
        heap_block_of(0x3000, 24, 4, WIRE_FAMILY_MALLOC);
        heap_block_of(0x4000, 24, 5, WIRE_FAMILY_MALLOC);
        uint64_t mark = since_begin();
        release(gone);
        release(less);
        cr_assert_eq(ask(mark, false), 0);
        struct since_question question = {.mark = mark, .changed = true};
        cr_assert_eq(since_sites(&question, sites, 8), 2);
        cr_assert_eq(sites[0].stack, 4);
        cr_assert_eq(sites[0].grown_blocks, -1);
        cr_assert_eq(sites[0].blocks, 0);
        cr_assert_eq(sites[1].stack, 3);
        cr_assert_eq(sites[1].grown_bytes, -24);
}

Test(since, a_released_block_is_not_alive)
{
        heap_begin(5);
        uint64_t mark = since_begin();
        release(heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC));
        cr_assert_eq(ask(mark, false), 0);
}

Test(since, large_blocks_count)
{
        heap_begin(5);
        heap_block_of(0x100000, 200000, 3, WIRE_FAMILY_MALLOC);
        uint64_t mark = since_begin();
        heap_block_of(0x200000, 300000, 3, WIRE_FAMILY_MALLOC);
        heap_block_of(0x1000, 24, 4, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(mark, true), 2);
        cr_assert_eq(sites[0].bytes, 300000, "those with the most bytes come first");
        cr_assert_eq(sites[0].grown_bytes, 300000);
        cr_assert_eq(sites[1].bytes, 24);
}

Test(since, marks_nest_and_each_has_its_own_past)
{
        heap_begin(5);
        uint64_t outer = since_begin();
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        uint64_t inner = since_begin();
        heap_block_of(0x2000, 24, 4, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(outer, false), 2);
        cr_assert_eq(ask(inner, false), 1);
        cr_assert_eq(sites[0].stack, 4);
}

Test(since, after_many_marks_what_is_old_is_not_taken_for_new)
{
        heap_begin(5);
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        for (unsigned i = 0; i < 600; i++) {
                uint64_t mark = since_begin();
                cr_assert_eq(ask(mark, false), 0, "at mark %u", i);
                since_end(mark);
        }
}

Test(since, after_many_marks_an_old_one_knows_growth)
{
        heap_begin(5);
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        uint64_t mark = since_begin();
        heap_block_of(0x2000, 40, 3, WIRE_FAMILY_MALLOC);
        for (unsigned i = 0; i < 600; i++)
                since_end(since_begin());
        cr_assert_eq(ask(mark, false), 1);
        cr_assert_eq(sites[0].blocks, 1);
        cr_assert_eq(sites[0].bytes, 40);
}

Test(since, forks_are_no_marks)
{
        heap_begin(5);
        uint32_t before;
        uint64_t mark = since_begin();
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        life_epoch_begin(&before);
        heap_block_of(0x2000, 24, 3, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(mark, false), 1);
        cr_assert_eq(sites[0].blocks, 2);
}

Test(since, an_ignored_block_does_not_count)
{
        heap_begin(5);
        uint64_t mark = since_begin();
        uintptr_t *block = heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        struct block found;
        cr_assert(table_find((uintptr_t)block, &found));
        table_set_verdict(&found, WIRE_VERDICT_IGNORED);
        cr_assert_eq(ask(mark, false), 0);
}

Test(since, a_mark_that_ended_is_none)
{
        heap_begin(5);
        uint64_t mark = since_begin();
        since_end(mark);
        since_end(mark);
        cr_assert_eq(ask(mark, false), -1);
        cr_assert_eq(ask(0, false), -1);
        cr_assert_eq(ask(UINT64_MAX, false), -1);
}

Test(since, there_are_only_so_many_marks)
{
        heap_begin(5);
        uint64_t marks[SINCE_MARKS];
        for (unsigned i = 0; i < SINCE_MARKS - 1; i++)
                cr_assert((marks[i] = since_begin()) != 0);
        cr_assert_eq(since_begin(), 0);
        since_end(marks[20]);
        uint64_t again = since_begin();
        cr_assert_neq(again, 0);
        cr_assert_neq(again, marks[20], "an old number is not given twice");
        cr_assert_eq(ask(marks[20], false), -1);
}

Test(since, more_sites_than_there_is_room_for_are_counted)
{
        heap_begin(5);
        uint64_t mark = since_begin();
        for (uint32_t i = 0; i < 3000; i++)
                heap_block_of(0x1000 + i * 64, 8 + i % 16, 3 + i, WIRE_FAMILY_MALLOC);
        cr_assert_eq(ask(mark, false), 3000);
        cr_assert_eq(sites[7].bytes, 23);
}

Test(since, of_a_moment_only_what_is_younger_counts)
{
        heap_begin(5);
        uintptr_t *older = heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        uint64_t first = since_moment();
        cr_assert_eq(since_born(first), 0);
        uintptr_t *younger = heap_block_of(0x10020, 24, 3, WIRE_FAMILY_MALLOC);
        heap_block_of(0x3000, WIRE_SMALL_MAX + 1, 4, WIRE_FAMILY_MALLOC);
        uint64_t second = since_moment();
        heap_block_of(0x80000, 24, 3, WIRE_FAMILY_NEW);
        release(older); /* which makes up for nothing */
        cr_assert_eq(since_born(first), 3);
        cr_assert_eq(since_born(second), 1);
        release(younger);
        cr_assert_eq(since_born(first), 2);
}

Test(since, of_more_epochs_than_are_looked_for_at_once_none_is_missed)
{
        heap_begin(5);
        uint64_t moment = since_moment();
        for (uintptr_t i = 0; i < 10; i++) {
                heap_block_of(0x1000 + i * 0x20000, 24, 3, WIRE_FAMILY_MALLOC);
                cr_assert_eq(since_born(moment), (int64_t)i + 1);
                since_moment();
        }
}

Test(since, a_moment_of_long_ago_is_not_known)
{
        heap_begin(5);
        uint64_t moment = since_moment();
        heap_block_of(0x1000, 24, 3, WIRE_FAMILY_MALLOC);
        for (int i = 0; i < SINCE_EPOCHS - 1; i++)
                since_moment();
        cr_assert_eq(since_born(moment), 1);
        since_moment();
        cr_assert_eq(since_born(moment), -1);
        cr_assert_eq(since_born(moment + 1000), -1);
}

Test(growth, blocks_whose_stack_had_no_room_are_left_out)
{
        heap_begin(5);
        heap_block_of(0x1000, 24, 0, WIRE_FAMILY_MALLOC);
        heap_block_of(0x2000, 24, 9, WIRE_FAMILY_MALLOC);
        struct growth growth;
        cr_assert(growth_count(NULL, false, &growth));
        cr_assert_eq(growth.n, 1);
        cr_assert_eq(growth_find(&growth, 9)->bytes, 24);
        cr_assert_null(growth_find(&growth, 10));
        growth_deinit(&growth);
}

Test(growth, without_memory_it_says_so)
{
        heap_begin(5);
        for (uint32_t i = 0; i < 3000; i++)
                heap_block_of(0x1000 + i * 64, 24, 3 + i, WIRE_FAMILY_MALLOC);
        struct growth growth;
        pages_refuse(1);
        cr_assert_not(growth_count(NULL, false, &growth));
        pages_refuse(2);
        cr_assert_not(growth_count(NULL, false, &growth));
        cr_assert(growth_count(NULL, false, &growth));
        cr_assert_eq(growth.n, 3000);
        growth_deinit(&growth);
}
