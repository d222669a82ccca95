/* The block table: small blocks */
#include "shim/block/table.h"
#include "shim_place.h"

#include <pthread.h>
#include <sys/mman.h>

enum { HEAP = 0x5550000000 };

static struct block found(uintptr_t start)
{
        struct block block;
        cr_assert(table_find(start, &block), "%#lx is not known", start);
        return block;
}

static bool is_known(uintptr_t start)
{
        struct block block;
        return table_find(start, &block);
}

Test(table, knows_what_was_inserted)
{
        place_begin(5);
        table_insert(HEAP + 0x10, 100, 7, WIRE_FAMILY_NEW);
        struct block block = found(HEAP + 0x10);
        cr_assert_eq(block.start, HEAP + 0x10);
        cr_assert_eq(block.size, 100);
        cr_assert_eq(block.stack, 7);
        cr_assert_eq(block.family, WIRE_FAMILY_NEW);
        cr_assert_not(block.released);
}

enum { PAGE_OF_HEAP = TABLE_PAGE_SLOTS << 5, GROUP = 8, SHOWN = 64 };

/* Blocks in pages from `first` to before `end` of slots, one in `every`; which of the first SHOWN pages are there then? */
static void pages_touch(int first, int end, int every, bool *ret_there)
{
        unsigned char resident[SHOWN];
        for (int i = first; i < end; i += every)
                table_insert(HEAP + (uintptr_t)i * PAGE_OF_HEAP, 100, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(mincore(table_slot(HEAP), SHOWN * WIRE_PAGE_BYTES, resident), 0);
        for (int i = 0; i < SHOWN; i++)
                ret_there[i] = resident[i] & 1;
}

static bool kernel_can_prepare(void)
{
        /* MADV_POPULATE_WRITE, Linux 5.14; an emulator says yes and does nothing. */
        unsigned char resident = 0;
        void *page = mmap(NULL, WIRE_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        bool can = madvise(page, WIRE_PAGE_BYTES, 23) == 0 && mincore(page, WIRE_PAGE_BYTES, &resident) == 0 && (resident & 1);
        munmap(page, WIRE_PAGE_BYTES);
        return can;
}

Test(table, where_heap_grows_pages_of_slots_come_before_they_are_needed)
{
        bool there[SHOWN];
        place_begin(5);
        pages_touch(0, GROUP + 1, 1, there);
        bool can = kernel_can_prepare();
        for (int i = 0; i < SHOWN; i++)
                cr_assert_eq(there[i], i <= GROUP || (can && i < 3 * GROUP), "page %d", i);
        for (int i = 0; i < SHOWN; i++)
                cr_assert_eq(table_ever_held(HEAP + (uintptr_t)i * PAGE_OF_HEAP), i <= GROUP, "page %d", i);
        struct wire_past *past = table_past(HEAP + GROUP * PAGE_OF_HEAP);
        unsigned char resident[2 * GROUP];
        cr_assert_eq(sizeof resident * WIRE_PAGE_BYTES, 2 * GROUP * TABLE_PAGE_SLOTS * sizeof *past);
        cr_assert_eq(mincore((void *)align_down((uintptr_t)past, WIRE_PAGE_BYTES), sizeof resident * WIRE_PAGE_BYTES, resident), 0);
        for (int i = 0; i < 2 * GROUP; i++)
                cr_assert_eq(resident[i] & 1, can, "births, page %d", i);
        pages_touch(GROUP + 1, 3 * GROUP, 1, there);
        for (int i = 3 * GROUP; i < SHOWN; i++)
                cr_assert_not(there[i], "page %d", i);
        pages_touch(3 * GROUP, 3 * GROUP + 1, 1, there);
        for (int i = 3 * GROUP; i < SHOWN; i++)
                cr_assert_eq(there[i], i == 3 * GROUP || (can && i < 5 * GROUP), "page %d", i);
}

Test(table, where_blocks_are_few_a_page_of_slots_comes_alone)
{
        bool there[SHOWN];
        place_begin(5);
        pages_touch(0, SHOWN, 2, there);
        for (int i = 0; i < SHOWN; i++)
                cr_assert_eq(there[i], i % 2 == 0, "page %d", i);
}

Test(table, at_the_end_of_a_leaf_nothing_comes_of_the_next)
{
        enum { LAST = WIRE_LEAF_PAGES - 1 };
        place_begin(5);
        for (int i = LAST - 3 * GROUP; i <= LAST; i++)
                table_insert(HEAP + (uintptr_t)i * PAGE_OF_HEAP, 100, 7, WIRE_FAMILY_MALLOC);
        unsigned char resident[2]; /* of the last page, and of what is behind it */
        cr_assert_eq(mincore(table_slot(HEAP + (uintptr_t)LAST * PAGE_OF_HEAP), 2 * WIRE_PAGE_BYTES, resident), 0);
        cr_assert_eq(resident[0] & 1, 1);
        cr_assert_eq(resident[1] & 1, 0);
}

Test(table, an_empty_slot_says_whether_its_page_is_touched)
{
        place_begin(5);
        table_insert(HEAP, 100, 7, WIRE_FAMILY_MALLOC);
        uintptr_t in_page = HEAP + 0x1000, next_page = HEAP + (TABLE_PAGE_SLOTS << 5);
        cr_assert(table_is_touched(table_slot(in_page)));
        cr_assert_not(table_is_touched(table_slot(next_page)));
        table_insert(next_page, 100, 7, WIRE_FAMILY_MALLOC);
        cr_assert(table_is_touched(table_slot(next_page)));
        cr_assert_not(table_is_touched(arena.slots), "leaf 0 is nobody's");
        cr_assert(is_known(next_page));
        table_insert(in_page, 50, 7, WIRE_FAMILY_MALLOC);
        cr_assert(is_known(in_page));
}

Test(table, knows_a_block_by_its_exact_start_only)
{
        place_begin(5);
        table_insert(HEAP + 0x10, 100, 7, WIRE_FAMILY_MALLOC);
        cr_assert_not(is_known(HEAP));
        cr_assert_not(is_known(HEAP + 0x18));
        cr_assert_not(is_known(HEAP + 0x11));
        cr_assert_not(is_known(HEAP + 0x16));
        cr_assert_not(is_known(HEAP + 0x20));
}

Test(table, the_largest_small_block_fits)
{
        place_begin(5);
        table_insert(HEAP, WIRE_SMALL_MAX, (1u << WIRE_SLOT_STACK_BITS) - 1, WIRE_FAMILY_PYMEM_RAW);
        struct block block = found(HEAP);
        cr_assert_not_null(block.slot);
        cr_assert_eq(block.size, WIRE_SMALL_MAX);
        cr_assert_eq(block.stack, (1u << WIRE_SLOT_STACK_BITS) - 1);
        cr_assert_eq(block.family, WIRE_FAMILY_PYMEM_RAW);
}

/* Stacks of blocks begin with the entry point; what is remembered of a birth is believed only if that fits. */
static void stacks_of_malloc(uint32_t first, uint32_t last)
{
        for (uint32_t i = first; i <= last; i++)
                arena.nodes[i].word = wire_word_allocator(WIRE_ENTRY_MALLOC, 0);
}

Test(table, a_released_block_is_remembered_with_both_stacks)
{
        place_begin(5);
        stacks_of_malloc(7, 7);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(HEAP);
        table_release(&block, 9);
        block = found(HEAP);
        cr_assert(block.released);
        cr_assert_eq(block.stack, 7);
        cr_assert_eq(block.release_stack, 9);
        cr_assert_eq(block.size, 48);
}

Test(table, a_birth_of_another_family_is_not_believed)
{
        place_begin(5);
        arena.nodes[7].word = wire_word_allocator(WIRE_ENTRY_NEW, 0);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(HEAP);
        table_release(&block, 9);
        cr_assert_eq(found(HEAP).stack, 0);
        cr_assert_eq(found(HEAP).release_stack, 9);
}

Test(table, a_birth_that_was_overwritten_is_not_invented)
{
        place_begin(5);
        stacks_of_malloc(7, 8);
        uintptr_t alias = HEAP + 32;
        while (table_past(alias) != table_past(HEAP))
                alias += 32;
        cr_assert_gt(alias - HEAP, arena.past_mask << 4); /* half of all places lie between them at least */
        for (uintptr_t start = HEAP;; start = alias) {
                table_insert(start, 48, start == HEAP ? 7 : 8, WIRE_FAMILY_MALLOC);
                struct block block = found(start);
                table_release(&block, 9);
                if (start == alias)
                        break;
        }
        cr_assert_eq(found(alias).stack, 8);
        cr_assert_eq(found(HEAP).stack, 0);
        cr_assert_eq(found(HEAP).release_stack, 9);
}

Test(table, the_heaps_of_sixteen_threads_have_births_for_themselves)
{
        place_begin(5);
        enum { HEAPS = 16, HEAP_BYTES = 64 << 20, USED = 64 << 10 };
        stacks_of_malloc(1, HEAPS);
        for (uint32_t i = 0; i < HEAPS; i++)
                for (uintptr_t start = HEAP + i * (uintptr_t)HEAP_BYTES, end = start + USED; start < end; start += 32) {
                        table_insert(start, 16, 1 + i, WIRE_FAMILY_MALLOC);
                        struct block block = found(start);
                        table_release(&block, 9);
                }
        for (uint32_t i = 0; i < HEAPS; i++)
                for (uintptr_t at = 0; at < USED; at += 32)
                        cr_assert_eq(found(HEAP + i * (uintptr_t)HEAP_BYTES + at).stack, 1 + i);
}

Test(table, forgetting_leaves_nothing)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(HEAP);
        table_forget(&block);
        cr_assert_not(is_known(HEAP));
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(found(HEAP).stack, 7);
        table_clear(HEAP);
        cr_assert_not(is_known(HEAP));
}

Test(table, finds_the_block_that_holds_an_address)
{
        place_begin(5);
        table_insert(HEAP + 0x10, 100000, 7, WIRE_FAMILY_MALLOC);
        struct block block;
        cr_assert(table_find_holding(HEAP + 0x10 + 99999, false, &block));
        cr_assert_eq(block.start, HEAP + 0x10);
        cr_assert_not(table_find_holding(HEAP + 0x10 + 100000, false, &block));
        cr_assert_not(table_find_holding(HEAP + 0xf, false, &block));
}

Test(table, a_block_of_size_0_holds_its_start)
{
        place_begin(5);
        table_insert(HEAP, 0, 7, WIRE_FAMILY_MALLOC);
        struct block block;
        cr_assert(table_find_holding(HEAP, false, &block));
        cr_assert_not(table_find_holding(HEAP + 1, false, &block));
}

Test(table, a_released_block_holds_only_for_who_asks_for_it)
{
        place_begin(5);
        table_insert(HEAP, 64, 7, WIRE_FAMILY_MALLOC);
        struct block block = found(HEAP);
        table_release(&block, 9);
        cr_assert_not(table_find_holding(HEAP + 8, false, &block));
        cr_assert(table_find_holding(HEAP + 8, true, &block));
}

Test(table, looking_below_the_lowest_addresses_ends, .timeout = 10)
{
        place_begin(5);
        struct block block;
        for (uintptr_t address = 0; address < 0x2000; address += 8)
                cr_assert_not(table_find_holding(address, true, &block));
        cr_assert_not(table_find_holding(UINTPTR_MAX, true, &block));
}

Test(table, an_address_past_the_table_is_dropped_and_counted)
{
        place_begin(5);
        table_insert(UINT64_C(1) << 50, 10, 7, WIRE_FAMILY_MALLOC);
        cr_assert_not(is_known(UINT64_C(1) << 50));
        cr_assert_eq(arena.header->dropped[WIRE_DROP_RANGE], 1);
}

Test(table, granules_of_another_allocator_are_8_bytes)
{
        place_begin(3);
        for (uintptr_t i = 0; i < 1000; i++)
                table_insert(HEAP + i * 8, 8, (uint32_t)i + 1, WIRE_FAMILY_MALLOC);
        for (uintptr_t i = 0; i < 1000; i++)
                cr_assert_eq(found(HEAP + i * 8).stack, i + 1);
}

static bool sum(const struct block *block, void *context)
{
        uint64_t *total = context;
        total[0]++;
        total[1] += block->size;
        return total[0] != total[2];
}

Test(table, each_live_block_is_visited_once_and_no_other)
{
        place_begin(5);
        for (uintptr_t i = 0; i < 10000; i++)
                table_insert(HEAP + i * 0x800 + (i % 2) * 16, i % 100, 7, WIRE_FAMILY_MALLOC);
        for (uintptr_t i = 0; i < 10000; i += 2) {
                struct block block = found(HEAP + i * 0x800);
                table_release(&block, 9);
        }
        uint64_t total[3] = {0};
        table_each(sum, total);
        cr_assert_eq(total[0], 5000);
        cr_assert_eq(total[1], 250000);
        uint64_t first_ten[3] = {0, 0, 10};
        table_each(sum, first_ten);
        cr_assert_eq(first_ten[0], 10);
}

Test(table, a_verdict_changes_nothing_else)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_NEW_ARRAY);
        struct block block = found(HEAP);
        table_set_verdict(&block, WIRE_VERDICT_INDIRECT);
        table_set_verdict(&block, WIRE_VERDICT_DEFINITE);
        block = found(HEAP);
        cr_assert_eq(block.verdict, WIRE_VERDICT_DEFINITE);
        cr_assert_eq(block.size, 48);
        cr_assert_eq(block.family, WIRE_FAMILY_NEW_ARRAY);
        cr_assert_eq(block.stack, 7);
}

Test(table, pages_that_ever_held_a_block_are_known)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        table_clear(HEAP);
        cr_assert(table_ever_held(HEAP + 0x100));
        cr_assert_not(table_ever_held(HEAP + (512 << 5)));
        cr_assert_not(table_ever_held(0x1000));
}

static void *insert_many(void *context)
{
        uintptr_t from = (uintptr_t)context;
        for (uintptr_t i = 0; i < 100000; i++)
                table_insert(HEAP + (from + i * 4) * 0x1000, 10, (uint32_t)(from + 1), WIRE_FAMILY_MALLOC);
        return NULL;
}

Test(table, threads_that_meet_in_a_new_leaf_lose_nothing, .timeout = 60)
{
        place_begin(5);
        pthread_t threads[4];
        for (uintptr_t i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, insert_many, (void *)i);
        for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        for (uintptr_t i = 0; i < 400000; i++)
                cr_assert_eq(found(HEAP + i * 0x1000).stack, i % 4 + 1);
}

Test(table, a_place_in_a_granule_is_reached_by_what_begins_below_it)
{
        place_begin(5);
        table_insert(HEAP + 0x3ff0, 0x30, 7, WIRE_FAMILY_MALLOC);
        cr_assert(table_page_reached(HEAP + 0x4008, false)); /* a piece of the table begins 8 bytes before */
        cr_assert(table_page_reached(HEAP + 0x4018, false));
        cr_assert_not(table_page_reached(HEAP + 0x4028, false));
        cr_assert_not(table_page_reached(HEAP + 0x8008, false));
        table_insert(HEAP + 0x4050, 100, 7, WIRE_FAMILY_MALLOC);
        cr_assert(table_page_reached(HEAP + 0x4058, false));
        cr_assert_not(table_page_reached(HEAP + 0x4048, false)); /* it begins behind */
}

Test(table, a_page_is_reached_by_a_block_of_earlier_ones)
{
        for (unsigned shift = 3; shift <= 5; shift += 2) {
                place_begin(shift);
                table_insert(HEAP + 0x1010, 0x5000, 7, WIRE_FAMILY_MALLOC);
                cr_assert_not(table_page_reached(HEAP + 0x1000, true)); /* it begins here */
                cr_assert(table_page_reached(HEAP + 0x2000, true));
                cr_assert(table_page_reached(HEAP + 0x6000, true));
                cr_assert_not(table_page_reached(HEAP + 0x7000, true));
                struct block block = found(HEAP + 0x1010);
                table_release(&block, 9);
                cr_assert(table_page_reached(HEAP + 0x6000, true));
                table_insert(HEAP + 0x3000, 100, 7, WIRE_FAMILY_MALLOC); /* stands where it was */
                cr_assert(table_page_reached(HEAP + 0x2000, true));
                cr_assert_not(table_page_reached(HEAP + 0x5000, true));
        }
}
