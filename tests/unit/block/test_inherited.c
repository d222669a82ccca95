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
        arena.epoch = epoch;
}

static enum inherited fate_in_child(uintptr_t start, unsigned fork_epoch)
{
        pid_t child = fork();
        if (child == 0) {
                struct block block;
                if (!arena_init(5, place_send))
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
        parent_epoch(2);
        table_insert(HEAP + 0x40, 48, 7, WIRE_FAMILY_MALLOC);
        cr_assert_eq(fate_in_child(HEAP, 1), INHERITED_LIVE);
        cr_assert_eq(fate_in_child(HEAP + 0x40, 255), INHERITED_CHANGED);
}
