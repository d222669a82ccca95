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
        arena_epoch_set(epoch);
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

/* Of up to four blocks and forks at once: an emulator takes seconds for each process with an arena. */
struct question {
        uintptr_t start;
        unsigned fork_epoch;
        enum inherited wanted;
};

static void expect_fates(const struct question *questions, unsigned n)
{
        int wanted = 0, status;
        for (unsigned i = 0; i < n; i++)
                wanted |= (int)questions[i].wanted << 2 * i;
        pid_t child = fork();
        if (child == 0) {
                int found = 0;
                struct block block;
                if (!arena_init(5, &place_helper))
                        _exit(99);
                for (unsigned i = 0; i < n; i++)
                        found |= (int)inherited_find(questions[i].start, questions[i].fork_epoch, &block) << 2 * i;
                _exit(found == wanted ? 0 : 1 + found % 90);
        }
        waitpid(child, &status, 0);
        cr_assert_eq(status, 0, "%#x wanted, %#x", wanted, WEXITSTATUS(status) - 1);
}

static const uintptr_t OLD = HEAP, SMALL = HEAP + 0x40, LARGE = HEAP + ((uintptr_t)1 << 30);

Test(inherited, epochs_go_round)
{
        place_begin(5);
        parent_epoch(254);
        table_insert(OLD, 48, 7, WIRE_FAMILY_MALLOC);
        parent_epoch(257); /* as slots have it: 2 */
        table_insert(SMALL, 48, 7, WIRE_FAMILY_MALLOC);
        expect_fates((struct question[]){{OLD, 256, INHERITED_LIVE},
                                         {SMALL, 255, INHERITED_CHANGED},
                                         {SMALL, 256, INHERITED_CHANGED},
                                         {SMALL, 257, INHERITED_LIVE}}, 4);
}

/* The fork had number 1. */
static void expect_after(unsigned epoch, enum inherited old)
{
        place_begin(5);
        table_insert(OLD, 48, 7, WIRE_FAMILY_MALLOC);
        release(OLD);
        parent_epoch(epoch);
        table_insert(SMALL, 48, 7, WIRE_FAMILY_MALLOC);
        table_insert(LARGE, 1 << 18, 7, WIRE_FAMILY_MALLOC);
        release(SMALL);
        release(LARGE);
        expect_fates((struct question[]){{OLD, 1, old}, {SMALL, 1, INHERITED_CHANGED}, {LARGE, 1, INHERITED_CHANGED}}, 3);
}

Test(inherited, what_was_written_half_a_round_later_is_no_knowledge) { expect_after(129, INHERITED_RELEASED); }
Test(inherited, what_was_written_at_the_end_of_a_round_is_no_knowledge) { expect_after(255, INHERITED_RELEASED); }
Test(inherited, nothing_is_known_after_a_round) { expect_after(256, INHERITED_CHANGED); }

Test(inherited, nothing_is_known_where_the_fork_is_not)
{
        place_begin(5);
        table_insert(OLD, 48, 7, WIRE_FAMILY_MALLOC);
        table_insert(LARGE, 1 << 18, 7, WIRE_FAMILY_MALLOC);
        parent_epoch(141);
        expect_fates((struct question[]){{OLD, 0, INHERITED_CHANGED}, {LARGE, 0, INHERITED_CHANGED}}, 2);
}

Test(inherited, what_is_of_long_ago_is_known_until_it_may_be_of_after_the_fork)
{
        place_begin(5);
        parent_epoch(300);
        table_insert(OLD, 48, 7, WIRE_FAMILY_MALLOC);
        wire_slot *slot = table_slot(OLD);
        *slot = *slot << (64 - WIRE_SLOT_EPOCH_SHIFT) >> (64 - WIRE_SLOT_EPOCH_SHIFT);
        parent_epoch(300 + INHERITED_AGE);
        expect_fates((struct question[]){{OLD, 300, INHERITED_LIVE}, {OLD, 299, INHERITED_CHANGED}}, 2);
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
