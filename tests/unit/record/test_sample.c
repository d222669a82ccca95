/* Sampling: which blocks are taken, and how often */
#include "shim/record/record.h"
#include "shim/record/sample.h"
#include "shim_place.h"

#include <math.h>
#include <stdlib.h>

#define self (&thread_self)
static struct stack_start nowhere;
static char memory[1 << 16] __attribute__((aligned(4096)));

static void begin(uint64_t mean, uint64_t seed)
{
        unsetenv("UNFREED_RUNNER");
        cr_assert(record_wanted(self));
        options.sample = mean;
        options.sample_seed = seed;
        hot_except(0, 0); /* as when an arena is made */
        sample_thread_begin(self);
        cr_assert_eq(self->sampling, 1);
}

static void leave_bytes(int64_t bytes)
{
        self->sample_left = bytes;
        self->may_pass = 0;
}

Test(sample, gaps_are_exponential)
{
        /* Mean, and the share past one and past three means: 1/e and 1/e^3, within five standard deviations. */
        enum { N = 200000, MEAN = 524288 };
        double sum = 0;
        int past_one = 0, past_three = 0;
        begin(MEAN, 42);
        for (int i = 0; i < N; i++) {
                int64_t gap = sample_next_gap(self);
                cr_assert_geq(gap, 1);
                sum += (double)gap;
                past_one += gap > MEAN;
                past_three += gap > 3 * MEAN;
        }
        cr_assert_lt(fabs(sum / N / MEAN - 1), 5 / sqrt(N));
        cr_assert_lt(fabs(past_one - N * exp(-1)), 5 * sqrt(N * exp(-1)));
        cr_assert_lt(fabs(past_three - N * exp(-3)), 5 * sqrt(N * exp(-3)));
}

Test(sample, a_gap_is_the_logarithm_of_its_number)
{
        uint64_t numbers[] = {1, 12345, UINT64_C(1) << 40, UINT64_C(1) << 63, UINT64_MAX / 3, UINT64_MAX};
        for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                double wanted = -log((double)numbers[i] / 18446744073709551616.0) * 1e9;
                /* ln 2 is known to 2^-32 */
                cr_assert_lt(fabs((double)sample_gap(numbers[i], 1000000000) - wanted), 2 + wanted * 1e-9, "of %lx",
                             (long)numbers[i]);
        }
}

Test(sample, a_block_is_taken_as_often_as_its_size_says)
{
        static const size_t sizes[] = {1, 100, 4096, 100000, 524288, 3000000};
        enum { N = 300000, MEAN = 524288 };
        for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
                int taken = 0;
                begin(MEAN, 7 + k);
                for (int i = 0; i < N; i++)
                        taken += sample_takes(self, sizes[k]);
                double p = -expm1(-(double)sizes[k] / MEAN);
                cr_assert_lt(fabs(taken - N * p), 5 * sqrt(N * p * (1 - p)) + 1, "%zu bytes: %d taken, %f wanted",
                             sizes[k], taken, N * p);
        }
}

Test(sample, the_same_seed_takes_the_same_blocks)
{
        bool taken[2][1000];
        for (int run = 0; run < 2; run++) {
                begin(1000, 99);
                for (int i = 0; i < 1000; i++)
                        taken[run][i] = sample_takes(self, 100);
        }
        cr_assert_eq(memcmp(taken[0], taken[1], sizeof taken[0]), 0);
}

Test(sample, another_seed_takes_others)
{
        bool taken[2][1000];
        for (int run = 0; run < 2; run++) {
                begin(1000, 0);
                for (int i = 0; i < 1000; i++)
                        taken[run][i] = sample_takes(self, 100);
        }
        cr_assert_neq(memcmp(taken[0], taken[1], sizeof taken[0]), 0);
}

static enum record_act release(void *block, enum wire_entry entry)
{
        struct record_released released;
        return record_release(self, block, entry, RECORD_NOT_GIVEN, RECORD_NOT_GIVEN, &nowhere, &released);
}

static uint64_t n_wrong(void) { return arena.header->extents[WIRE_EXTENT_WRONGS].used - 1; }

Test(sample, a_block_that_was_not_taken_is_released_in_silence)
{
        begin(1 << 30, 5);
        leave_bytes(1000000);
        record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
        cr_assert(sample_unknown(self, memory + 64));
        cr_assert_eq(release(memory, WIRE_ENTRY_DELETE), RECORD_PASS);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS, "nothing is known of it");
        cr_assert_eq(n_wrong(), 0);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_FOREIGN], 0);
}

Test(sample, a_block_that_was_taken_is_checked)
{
        begin(1 << 30, 5);
        leave_bytes(1);
        record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
        cr_assert_not(sample_unknown(self, memory));
        cr_assert_eq(release(memory, WIRE_ENTRY_DELETE), RECORD_OWNER);
        cr_assert_eq(n_wrong(), 1);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_SWALLOW, "it is held back still");
        cr_assert_eq(n_wrong(), 2);
}

Test(sample, what_the_allocator_gets_back_is_forgotten)
{
        begin(1 << 30, 5);
        leave_bytes(1);
        record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
        sample_forget(self, memory);
        struct block block;
        cr_assert_not(table_find((uintptr_t)memory, &block));
        cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS, "it may be another block by now");
        cr_assert_eq(n_wrong(), 0);
}

Test(sample, a_large_block_is_known_by_its_slot_alone)
{
        struct record_resize change;
        enum wire_family owner;
        begin(1 << 30, 5);
        leave_bytes(1);
        record_birth(self, memory, 1 << 20, WIRE_ENTRY_MALLOC, 0, &nowhere);
        cr_assert_not(sample_unknown(self, memory));
        record_resize_begin(self, memory, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner);
        cr_assert(sample_unknown(self, memory));
        record_resize_end(self, &change, NULL, 2 << 20, WIRE_ENTRY_REALLOC, &nowhere);
        cr_assert_not(sample_unknown(self, memory), "it could not be resized, and lives");
        cr_assert_eq(release(memory, WIRE_ENTRY_DELETE), RECORD_OWNER);
        sample_forget(self, memory);
        cr_assert(sample_unknown(self, memory));
        cr_assert_eq(n_wrong(), 1);
}

Test(sample, a_resize_takes_anew)
{
        struct record_resize change;
        enum wire_family owner;
        struct block block;
        begin(1 << 30, 5);
        leave_bytes(1);
        record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
        leave_bytes(1000000);
        cr_assert_eq(record_resize_begin(self, memory, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner), RECORD_PASS);
        cr_assert_not(table_find((uintptr_t)memory, &block));
        record_resize_end(self, &change, memory, 100, WIRE_ENTRY_REALLOC, &nowhere);
        cr_assert_not(table_find((uintptr_t)memory, &block), "the new size was not taken");
        leave_bytes(1);
        cr_assert_eq(record_resize_begin(self, memory, WIRE_ENTRY_REALLOC, &nowhere, &change, &owner), RECORD_PASS);
        record_resize_end(self, &change, memory, 100, WIRE_ENTRY_REALLOC, &nowhere);
        cr_assert(table_find((uintptr_t)memory, &block));
        cr_assert_eq(n_wrong(), 0);
}

static void *place_of(size_t i) { return memory + i * 64; }

Test(sample, what_is_known_is_counted_and_no_longer_when_it_is_forgotten)
{
        begin(1 << 30, 5);
        for (size_t i = 0; i < 100; i++) {
                leave_bytes(1);
                record_birth(self, place_of(i), 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
                cr_assert_eq(sample_known[sample_bin((uintptr_t)place_of(i))], 1);
        }
        for (size_t i = 0; i < 100; i++) {
                cr_assert_eq(release(place_of(i), WIRE_ENTRY_FREE), RECORD_PASS);
                cr_assert_not(sample_unknown(self, place_of(i)), "its release is remembered");
                sample_forget(self, place_of(i));
                sample_forget(self, place_of(i));
                cr_assert_eq(sample_known[sample_bin((uintptr_t)place_of(i))], 0);
                cr_assert(sample_unknown(self, place_of(i)));
        }
}

Test(sample, a_large_block_goes_with_its_mark_whoever_lets_it_go)
{
        begin(1 << 30, 5);
        for (int way = 0; way < 2; way++) {
                leave_bytes(1);
                record_birth(self, memory, 1 << 20, WIRE_ENTRY_MALLOC, 0, &nowhere);
                if (way == 0)
                        record_unseen_release(self, memory);
                else
                        record_unborn(self, memory);
                cr_assert(table_is_unknown((uintptr_t)memory), "way %d", way);
                cr_assert(sample_unknown(self, memory), "way %d", way);
                leave_bytes(1);
                record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
                cr_assert_not(sample_unknown(self, memory), "way %d: another block is there now", way);
                cr_assert_eq(release(memory, WIRE_ENTRY_FREE), RECORD_PASS);
                sample_forget(self, memory);
        }
        cr_assert_eq(n_wrong(), 0);
}

Test(sample, what_is_released_unseen_is_no_longer_counted)
{
        begin(1 << 30, 5);
        leave_bytes(1);
        record_birth(self, memory, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
        thread_quiet_begin(self);
        record_unseen_release(self, memory);
        thread_quiet_end(self);
        cr_assert(sample_unknown(self, memory));
}

Test(sample, two_in_one_place_are_both_known_until_both_are_forgotten)
{
        begin(1 << 30, 5);
        uintptr_t one = (uintptr_t)memory, other = one + SAMPLE_BINS * UINT64_C(16);
        sample_remember(one);
        sample_remember(other);
        sample_forgotten(one);
        cr_assert_not(sample_unknown(self, (void *)other));
        sample_forgotten(other);
        cr_assert(sample_unknown(self, (void *)other));
}

Test(sample, a_place_that_has_overflowed_is_never_said_to_be_unknown)
{
        begin(1 << 30, 5);
        for (unsigned i = 0; i < 1000; i++)
                sample_remember((uintptr_t)memory); /* as by so many addresses */
        for (unsigned i = 0; i < 999; i++)
                sample_forgotten((uintptr_t)memory);
        cr_assert_not(sample_unknown(self, memory));
}

static uint64_t left(void) { return (uint64_t)self->sample_left + self->may_pass; }

Test(sample, what_passes_is_what_leaves_a_byte_to_go)
{
        begin(1 << 30, 5);
        leave_bytes(100);
        cr_assert_not(sample_passes(self, 1), "nothing may pass yet");
        cr_assert_not(sample_passes_after_all(self, 0), "one of no bytes counts as one");
        cr_assert_not(sample_passes_after_all(self, 100));
        cr_assert_not(sample_passes_after_all(self, SIZE_MAX));
        cr_assert_eq(left(), 100, "nothing was done");
        cr_assert(sample_passes(self, 98));
        cr_assert_eq(left(), 2);
        cr_assert_not(sample_passes(self, 2));
        cr_assert(sample_passes(self, 1));
        cr_assert_eq(left(), 1);
        cr_assert_not(sample_passes_after_all(self, 1));
}

Test(sample, what_is_nested_or_quiet_or_ignored_does_not_pass)
{
        begin(1 << 30, 5);
        for (int way = 0; way < 3; way++) {
                leave_bytes(1000);
                cr_assert(sample_passes_after_all(self, 100));
                if (way == 0)
                        thread_quiet_begin(self);
                else if (way == 1)
                        thread_nest_begin(self);
                else
                        thread_look(self), self->ignoring++;
                cr_assert_not(sample_passes_after_all(self, 100), "way %d", way);
                cr_assert_not(sample_would_place(self, 5000), "way %d", way);
                cr_assert_eq(left(), 900, "way %d", way);
                if (way == 0)
                        thread_quiet_end(self);
                else if (way == 1)
                        thread_nest_end(self);
                else
                        self->ignoring--;
                cr_assert(sample_passes_after_all(self, 100), "way %d", way);
                cr_assert_eq(left(), 800, "way %d", way);
        }
}

Test(sample, what_an_allocator_asks_for_a_block_that_passes_does_not_pass)
{
        begin(1 << 30, 5);
        leave_bytes(1000);
        cr_assert(sample_passes_after_all(self, 100));
        uint64_t may_pass = sample_nest_begin(self);
        cr_assert_not(sample_passes_after_all(self, 100));
        sample_nest_end(self, may_pass);
        cr_assert_eq(left(), 900);
        cr_assert(sample_passes(self, 100));
}

Test(sample, what_would_be_taken_is_taken)
{
        int taken = 0;
        begin(10000, 3);
        for (unsigned i = 0; i < 100000; i++) {
                size_t size = i * 7919 % 4001;
                bool would = sample_would_take(self, size);
                if (sample_passes_after_all(self, size)) {
                        cr_assert_not(would, "%zu bytes", size);
                        continue;
                }
                cr_assert_eq(sample_takes(self, size), would, "%zu bytes", size);
                taken += would;
        }
        cr_assert_gt(taken, 10000);
}

static void give_up(uintptr_t start)
{
        cr_assert_eq(release((void *)start, WIRE_ENTRY_FREE), RECORD_PASS);
        sample_forget(self, (void *)start);
}

static void take(uintptr_t start)
{
        leave_bytes(1);
        record_birth(self, (void *)start, 48, WIRE_ENTRY_MALLOC, 0, &nowhere);
}

static bool any_stands_elsewhere(void)
{
        for (size_t offset = 0; offset < 2 * SAMPLE_PLACE_ALIGNMENT; offset += 16)
                if (sample_stands_elsewhere(memory + offset))
                        return true;
        return false;
}

Test(sample, where_a_block_stands_says_that_it_is_unknown)
{
        uintptr_t page = (uintptr_t)memory;
        begin(1 << 30, 5);
        take(page);
        take(page + SAMPLE_PLACE_ALIGNMENT + 16); /* as one that glibc maps */
        for (size_t offset = 0; offset < SAMPLE_PLACE_ALIGNMENT; offset += 16) {
                cr_assert_eq(sample_stands_elsewhere(memory + offset), offset >= 32, "at %zu", offset);
                cr_assert_eq(sample_unknown(self, memory + offset), offset >= 32 || offset == 16, "at %zu", offset);
        }
        cr_assert_not(sample_unknown(self, memory + SAMPLE_PLACE_ALIGNMENT + 16));
        cr_assert_not(sample_stands_elsewhere(NULL));
}

Test(sample, while_one_stands_elsewhere_no_place_says_anything)
{
        uintptr_t page = (uintptr_t)memory;
        begin(1 << 30, 5);
        for (int turn = 0; turn < 1000; turn++) {
                cr_assert(any_stands_elsewhere(), "turn %d", turn);
                take(page + 64);
                cr_assert_not(any_stands_elsewhere(), "turn %d", turn);
                cr_assert_not(sample_unknown(self, memory + 64));
                cr_assert(sample_unknown(self, memory + 128));
                take(page + 192);
                give_up(page + 64);
                cr_assert_not(any_stands_elsewhere(), "turn %d", turn);
                give_up(page + 192);
        }
        cr_assert(any_stands_elsewhere());
}

Test(sample, so_many_that_they_are_no_longer_counted)
{
        begin(1 << 30, 5);
        for (size_t i = 0; i < 300; i++)
                take((uintptr_t)memory + 32 + i * 64);
        for (size_t i = 0; i < 300; i++)
                give_up((uintptr_t)memory + 32 + i * 64);
        cr_assert_not(any_stands_elsewhere(), "how many are left is not known any more");
        cr_assert(sample_unknown(self, memory + 64));
}

Test(sample, where_blocks_stand_is_not_looked_at_when_that_would_be_too_much_memory)
{
        begin(SAMPLE_PLACE_FROM - 1, 5);
        cr_assert_not(any_stands_elsewhere());
        begin(SAMPLE_PLACE_FROM, 5);
        cr_assert(any_stands_elsewhere());
}

Test(sample, where_blocks_stand_is_not_looked_at_any_more_after_one_came_from_the_early_pool)
{
        begin(1 << 30, 5);
        cr_assert(any_stands_elsewhere());
        early_take(16, 16);
        sample_early();
        cr_assert_not(any_stands_elsewhere());
        hot_except(0, 0);
        cr_assert_not(any_stands_elsewhere());
}

Test(sample, what_was_taken_before_all_was_plain_may_stand_anywhere)
{
        begin(1 << 30, 5);
        hot_except(HOT_PAST_US, 0);
        cr_assert_not(any_stands_elsewhere());
        take((uintptr_t)memory + 64);
        hot_except(0, HOT_PAST_US);
        cr_assert_not(sample_unknown(self, memory + 64));
        cr_assert_not(any_stands_elsewhere());
}

Test(sample, what_was_taken_while_all_was_plain_is_no_reason_to_look_no_longer)
{
        begin(1 << 30, 5);
        take((uintptr_t)memory);
        hot_except(HOT_PYTHON, 0);
        cr_assert(any_stands_elsewhere());
        cr_assert_not(sample_unknown(self, memory));
}

Test(sample, no_more_memory_is_asked_for_under_a_filter)
{
        begin(1 << 30, 5);
        leave_bytes(1);
        cr_assert(sample_would_place(self, 100));
        cr_assert(sample_would_place_filled(self, 100));
        filter_any = true;
        cr_assert_not(sample_would_place(self, 100));
        cr_assert_not(sample_would_place_filled(self, 100));
}

Test(sample, little_is_moved_of_what_is_taken_often)
{
        begin(1 << 20, 5);
        leave_bytes(1);
        cr_assert(sample_would_place_filled(self, 1 << 16));
        cr_assert_not(sample_would_place_filled(self, (1 << 16) + 1));
        cr_assert(sample_would_place(self, 120000));
        cr_assert_not(sample_would_place(self, 120001));
}

Test(sample, nothing_is_asked_for_that_wraps_around)
{
        cr_assert_eq(sample_place_bytes(SIZE_MAX), SIZE_MAX);
        cr_assert_eq(sample_place_bytes(PTRDIFF_MAX), (size_t)PTRDIFF_MAX + 8);
        cr_assert_eq(sample_place_bytes(20000), 20008);
        cr_assert_eq(sample_place_bytes(5000), 8320);
        cr_assert_eq(sample_place_bytes(0), SPARE_LEAST_BYTES);
}

Test(sample, few_births_are_remembered)
{
        begin(1 << 30, 5);
        sample_image_begin();
        cr_assert_eq(arena.past_mask, 1023);
        cr_assert_eq(arena.header->extents[WIRE_EXTENT_PAST].capacity, 1024);
        arena_limit_past(1 << 20);
        cr_assert_eq(arena.past_mask, 1023);
}

Test(sample, an_arena_begins_with_nothing_known)
{
        begin(1 << 30, 5);
        sample_remember((uintptr_t)memory);
        sample_image_begin();
        cr_assert(sample_unknown(self, memory));
}
