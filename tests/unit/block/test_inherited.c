/* What the parent's table said at the fork */
#include "shim/block/inherited.h"
#include "shim_place.h"

#include <sys/wait.h>
#include <unistd.h>

enum { HEAP = 0x5550000000 };

/* Insert at the parent's present epoch, then move on as a fork does. */
static void parent_epoch(unsigned epoch)
{
        arena.header->epoch = epoch;
        arena_epoch_set(wire_epoch(epoch));
}

static enum inherited fate_in_child(uintptr_t start, unsigned fork_epoch)
{
        pid_t child = fork();
        if (child == 0) {
                struct block block;
                if (!arena_init(5, &place_helper))
                        _exit(99);
                _exit((int)inherited_find(start, fork_epoch, &block));
        }
        int status;
        waitpid(child, &status, 0);
        return (enum inherited)WEXITSTATUS(status);
}

static void release(uintptr_t start)
{
        struct block block;
        cr_assert(table_find(start, &block));
        table_release(&block, 9);
}

Test(inherited, a_block_of_before_the_fork_is_live)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(fate_in_child(HEAP, 1), INHERITED_LIVE);
        cr_assert_eq(fate_in_child(HEAP + 0x40, 1), INHERITED_UNKNOWN);
}

Test(inherited, a_release_of_before_the_fork_is_one)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        release(HEAP);
        cr_assert_eq(fate_in_child(HEAP, 1), INHERITED_RELEASED);
}

Test(inherited, what_the_parent_released_after_the_fork_is_no_accusation)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        parent_epoch(2);
        release(HEAP);
        cr_assert_eq(fate_in_child(HEAP, 1), INHERITED_CHANGED);
}

Test(inherited, what_was_born_after_the_fork_is_no_knowledge)
{
        place_begin(5);
        parent_epoch(2);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(fate_in_child(HEAP, 1), INHERITED_CHANGED);
}

Test(inherited, epochs_go_round)
{
        place_begin(5);
        parent_epoch(254);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        parent_epoch(257); /* as slots have it: 2 */
        table_insert(HEAP + 0x40, 48, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(fate_in_child(HEAP, 256), INHERITED_LIVE);
        cr_assert_eq(fate_in_child(HEAP + 0x40, 255), INHERITED_CHANGED);
        cr_assert_eq(fate_in_child(HEAP + 0x40, 256), INHERITED_CHANGED);
        cr_assert_eq(fate_in_child(HEAP + 0x40, 257), INHERITED_LIVE);
}

Test(inherited, what_carries_a_number_that_the_parent_has_had_since_is_no_knowledge)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        release(HEAP);
        for (unsigned epoch = 2; epoch < 600; epoch += 17) {
                parent_epoch(epoch);
                table_insert(HEAP + 0x40, 48, 7, WIRE_FAMILY_MALLOC);
                table_insert(HEAP + ((uintptr_t)1 << 30), 1 << 18, 7, WIRE_FAMILY_MALLOC);
                release(HEAP + 0x40);
                release(HEAP + ((uintptr_t)1 << 30));
                cr_assert_eq(fate_in_child(HEAP + 0x40, 1), INHERITED_CHANGED, "%u", epoch);
                cr_assert_eq(fate_in_child(HEAP + ((uintptr_t)1 << 30), 1), INHERITED_CHANGED, "%u", epoch);
                cr_assert_eq(fate_in_child(HEAP, 1), epoch < 256 ? INHERITED_RELEASED : INHERITED_CHANGED, "%u", epoch);
        }
}

Test(inherited, nothing_is_known_where_the_fork_is_not)
{
        place_begin(5);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        table_insert(HEAP + ((uintptr_t)1 << 30), 1 << 18, 7, WIRE_FAMILY_MALLOC);
        for (unsigned epoch = 1; epoch < 300; epoch += 20) {
                parent_epoch(epoch);
                cr_assert_eq(fate_in_child(HEAP, 0), INHERITED_CHANGED);
                cr_assert_eq(fate_in_child(HEAP + ((uintptr_t)1 << 30), 0), INHERITED_CHANGED);
        }
}

Test(inherited, what_is_of_long_ago_is_known_until_it_may_be_of_after_the_fork)
{
        place_begin(5);
        parent_epoch(300);
        table_insert(HEAP, 48, 7, WIRE_FAMILY_MALLOC);
        wire_slot *slot = table_slot(HEAP);
        *slot = *slot << (64 - WIRE_SLOT_EPOCH_SHIFT) >> (64 - WIRE_SLOT_EPOCH_SHIFT);
        parent_epoch(300 + INHERITED_AGE);
        cr_assert_eq(fate_in_child(HEAP, 300), INHERITED_LIVE);
        cr_assert_eq(fate_in_child(HEAP, 299), INHERITED_CHANGED);
}

/* What a fork child answers; its fork had number 1. */
static int answer_of_child(int (*ask)(void))
{
        pid_t child = fork();
        if (child == 0)
                _exit(arena_init(5, &place_helper) ? ask() : 99);
        int status;
        waitpid(child, &status, 0);
        return WEXITSTATUS(status);
}

static int ask_what_slots_say(void)
{
        const wire_slot *slots = inherited_slots(HEAP);
        int says = 0;
        for (int i = 3; i >= 0; i--)
                says = says << 2 | inherited_slot_says(arena_inherited(), slots[i], 1);
        return says;
}

Test(inherited, slots_say_what_was_at_the_fork)
{
        place_begin(5);
        for (unsigned i = 0; i < 3; i++)
                table_insert(HEAP + i * 32, 24, 7, WIRE_FAMILY_MALLOC);
        release(HEAP + 32);
        parent_epoch(2);
        release(HEAP + 64);
        cr_assert_eq(answer_of_child(ask_what_slots_say),
                     SLOT_SAYS_LIVE | SLOT_SAYS_RELEASED << 2 | SLOT_WAS_CHANGED << 4 | SLOT_SAYS_NOTHING << 6);
}

Test(inherited, an_emptied_slot_says_that_something_was_there)
{
        place_begin(5);
        for (unsigned i = 0; i < 4; i++)
                table_insert(HEAP + i * 32, 24, 7, WIRE_FAMILY_MALLOC);
        table_clear(HEAP);
        parent_epoch(2);
        table_clear(HEAP + 32);
        table_insert(HEAP + 64, WIRE_SMALL_MAX + 1, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(answer_of_child(ask_what_slots_say),
                     SLOT_SAYS_NOTHING | SLOT_WAS_CHANGED << 2 | SLOT_WAS_CHANGED << 4 | SLOT_SAYS_LIVE << 6);
}

static int ask_where_one_may_begin(void)
{
        int may = 0;
        for (int i = 4; i >= 0; i--)
                may = may << 1 | inherited_may_begin(HEAP + (uintptr_t)i * 32, 1);
        return may;
}

Test(inherited, a_block_may_begin_where_one_was_live_or_is_not_known)
{
        place_begin(5);
        table_insert(HEAP, 24, 7, WIRE_FAMILY_MALLOC);
        table_insert(HEAP + 32, 24, 7, WIRE_FAMILY_MALLOC);
        table_insert(HEAP + 96, WIRE_SMALL_MAX + 1, 7, WIRE_FAMILY_MALLOC);
        release(HEAP + 32);
        parent_epoch(2);
        table_insert(HEAP + 128, 24, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(answer_of_child(ask_where_one_may_begin), 1 | 1 << 3 | 1 << 4);
}

Test(inherited, anywhere_may_a_grandparents_block_begin)
{
        place_begin(5);
        table_insert(HEAP, 24, 7, WIRE_FAMILY_MALLOC);
        arena.header->is_fork_child = 1;
        cr_assert_eq(answer_of_child(ask_where_one_may_begin), 31);
}

static int sure, unsure;
static void large_see(uintptr_t start, uint64_t size, bool changed, void *context) { ++*(changed ? &unsure : &sure); }

static int ask_large(void)
{
        bool known = inherited_each_large(1, large_see, NULL);
        return known ? sure | unsure << 3 : 77;
}

Test(inherited, large_blocks_are_visited_but_for_those_released_before_the_fork)
{
        place_begin(5);
        for (uintptr_t i = 1; i < 5; i++)
                table_insert(HEAP + (i << 20), 1 << 18, 7, WIRE_FAMILY_MALLOC);
        release(HEAP + (1 << 20));
        parent_epoch(2);
        release(HEAP + (2 << 20));
        cr_assert_eq(answer_of_child(ask_large), 2 | 1 << 3);
}

Test(inherited, a_large_block_that_was_forgotten_since_makes_all_unknown)
{
        place_begin(5);
        table_insert(HEAP, 1 << 18, 7, WIRE_FAMILY_MALLOC);
        parent_epoch(2);
        table_clear(HEAP);
        cr_assert_eq(answer_of_child(ask_large), 77);
}
