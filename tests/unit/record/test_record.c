/* What each event means */
#include "shim/record/record.h"
#include "shim_place.h"

#include <stdlib.h>

#define self (&thread_self)
static struct stack_start nowhere;

static void begin(void)
{
        unsetenv("UNFREED_RUNNER");
        cr_assert(record_wanted(self));
}

static void birth(void *block, size_t size, enum wire_entry entry)
{
        record_birth(self, block, size, entry, 0, &nowhere);
}

static enum record_act release(void *block, enum wire_entry entry)
{
        struct record_released released;
        return record_release(self, block, entry, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &nowhere, &released);
}

static const struct wire_wrong *wrong(unsigned n)
{
        cr_assert_eq(arena.header->extents[WIRE_EXTENT_WRONGS].used, n + 1);
        return arena_element(WIRE_EXTENT_WRONGS, n, sizeof(struct wire_wrong));
}

/* Block-like memory that no allocator gave. */
static char memory[4096] __attribute__((aligned(64)));

Test(record, a_right_release_is_passed_on_and_files_nothing)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
        wrong(0);
}

Test(record, a_second_release_is_swallowed)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        release(memory, WIRE_ENTRY_FREE);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_SWALLOW);
        const struct wire_wrong *row = wrong(1);
        cr_assert_eq(row->kind, WIRE_WRONG_DOUBLE);
        cr_assert_eq(row->size, 48);
        cr_assert_neq(row->birth_stack, 0);
        cr_assert_neq(row->first_release_stack, 0);
        cr_assert_neq(row->release_stack, 0);
}

Test(record, another_familys_release_goes_to_the_owner_and_ends_the_block)
{
        begin();
        struct record_released released;
        birth(memory, 48, WIRE_ENTRY_NEW_ARRAY);
        cr_assert_eq(record_release(self, memory, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &nowhere, &released),
                     RECORD_OWNER);
        cr_assert_eq(released.owner, WIRE_FAMILY_NEW_ARRAY);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_MISMATCH);
        cr_assert_eq(wrong(1)->family, WIRE_FAMILY_NEW_ARRAY);
        cr_assert_eq(release(memory, WIRE_ENTRY_DELETE_ARRAY), RECORD_SWALLOW);
}

Test(record, the_same_wrong_at_the_same_site_is_one_row_with_a_count)
{
        begin();
        for (int i = 0; i < 1000; i++) {
                birth(memory, 48, WIRE_ENTRY_NEW);
                release(memory, WIRE_ENTRY_FREE);
        }
        cr_assert_eq(wrong(1)->count, 1000);
}

Test(record, sizes_given_must_agree)
{
        begin();
        struct record_released released;
        birth(memory, 48, WIRE_ENTRY_NEW);
        cr_assert_eq(record_release(self, memory, WIRE_ENTRY_DELETE_SIZED, 48, RECORD_NOT_GIVEN, &nowhere, &released), RECORD_PASS);
        wrong(0);
        birth(memory, 48, WIRE_ENTRY_NEW);
        cr_assert_eq(record_release(self, memory, WIRE_ENTRY_DELETE_SIZED, 40, RECORD_NOT_GIVEN, &nowhere, &released), RECORD_PASS);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_SIZE);
        cr_assert_eq(wrong(1)->given_size, 40);
}

Test(record, an_aligned_block_wants_an_aligned_delete)
{
        begin();
        struct record_released released;
        record_birth(self, memory, 48, WIRE_ENTRY_NEW_ALIGNED, 6, &nowhere);
        cr_assert_eq(record_release(self, memory, WIRE_ENTRY_DELETE_ALIGNED, RECORD_NOT_GIVEN, 64, &nowhere, &released), RECORD_PASS);
        wrong(0);
        record_birth(self, memory, 48, WIRE_ENTRY_NEW_ALIGNED, 6, &nowhere);
        cr_assert_eq(release(memory, WIRE_ENTRY_DELETE), RECORD_PASS);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_SIZE);
}

Test(record, the_middle_of_a_block_is_invalid)
{
        begin();
        birth(memory, 200, WIRE_ENTRY_MALLOC);
        cr_assert_eq(release(memory + 16, WIRE_ENTRY_FREE), RECORD_SWALLOW);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_INVALID);
        cr_assert_eq(wrong(1)->place, WIRE_PLACE_INSIDE);
        cr_assert_eq(wrong(1)->block, (uintptr_t)memory);
        cr_assert_eq(wrong(1)->address, (uintptr_t)memory + 16);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
}

Test(record, globals_stacks_and_nothing_are_invalid)
{
        begin();
        char here[64] __attribute__((aligned(16)));
        struct stack_start start = {.sp = (uintptr_t)here - 64};
        struct record_released released;
        cr_assert_eq(record_release(self, here, WIRE_ENTRY_FREE, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &start, &released),
                     RECORD_SWALLOW);
        cr_assert_eq(wrong(1)->place, WIRE_PLACE_STACK);
        cr_assert_eq(release((void *)"literal", WIRE_ENTRY_FREE), RECORD_SWALLOW);
        cr_assert_eq(wrong(2)->place, WIRE_PLACE_MODULE);
        cr_assert_eq(release((void *)0x1230, WIRE_ENTRY_FREE), RECORD_SWALLOW);
        cr_assert_eq(wrong(3)->place, WIRE_PLACE_UNMAPPED);
}

Test(record, heap_that_we_never_saw_is_passed_on_once_something_was_given_unseen)
{
        void *before = malloc(100); /* this program's malloc is not watched */
        begin();
        void *unseen = malloc(10);
        record_unseen(self, unseen, 10);
        cr_assert_eq(release(before, WIRE_ENTRY_FREE), RECORD_PASS);
        wrong(0);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_FOREIGN], 1);
}

Test(record, what_was_given_unseen_clears_what_was_remembered)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        release(memory, WIRE_ENTRY_FREE);
        record_unseen(self, memory, 48);
        struct block block;
        cr_assert_not(table_find((uintptr_t)memory, &block));
}

static void *resized(void *block, void *result, size_t size)
{
        struct record_resize change;
        enum wire_family owner;
        cr_assert_eq(record_resize_begin(self, block, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner), RECORD_PASS);
        record_resize_end(self, &change, result, size, WIRE_ENTRY_REALLOC, &nowhere);
        return result;
}

static bool is_live(void *start, size_t size)
{
        struct block block;
        return table_find((uintptr_t)start, &block) && !block.released && block.size == size;
}

Test(record, realloc_that_moves_releases_the_old_place)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        resized(memory, memory + 1024, 100);
        cr_assert(is_live(memory + 1024, 100));
        cr_assert_not(is_live(memory, 48));
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_SWALLOW);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_DOUBLE);
}

Test(record, realloc_in_place_is_one_block)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        resized(memory, memory, 60);
        cr_assert(is_live(memory, 60));
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
        wrong(0);
}

Test(record, realloc_that_fails_leaves_the_block)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        resized(memory, NULL, 1ul << 60);
        cr_assert(is_live(memory, 48));
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
        wrong(0);
}

Test(record, realloc_to_0_releases)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        resized(memory, NULL, 0);
        cr_assert_not(is_live(memory, 48));
        cr_assert_eq(self->count->releases, 1);
}

Test(record, realloc_of_a_released_block_is_a_second_release)
{
        begin();
        birth(memory, 48, WIRE_ENTRY_MALLOC);
        release(memory, WIRE_ENTRY_FREE);
        struct record_resize change;
        enum wire_family owner;
        cr_assert_eq(record_resize_begin(self, memory, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner), RECORD_SWALLOW);
        cr_assert_eq(wrong(1)->kind, WIRE_WRONG_DOUBLE);
}

Test(record, counts_events_and_the_peak)
{
        begin();
        birth(memory, 1000, WIRE_ENTRY_MALLOC);
        birth(memory + 1024, 2000, WIRE_ENTRY_MALLOC);
        release(memory, WIRE_ENTRY_FREE);
        cr_assert_eq(self->count->births, 2);
        cr_assert_eq(self->count->releases, 1);
        cr_assert_eq(arena.header->flushed_bytes + self->count->live_bytes, 2000);
        cr_assert_eq(self->count->high_bytes, 3000);
        birth(memory, 100000, WIRE_ENTRY_MALLOC);
        cr_assert_eq(arena.header->peak_bytes, 102000);
}

Test(record, nothing_inside_another_entry_point_is_an_event)
{
        begin();
        self->nest++;
        cr_assert_not(record_wanted(self));
        self->nest--;
        self->quiet++;
        cr_assert_not(record_wanted(self));
        self->quiet--;
        cr_assert(record_wanted(self));
}
