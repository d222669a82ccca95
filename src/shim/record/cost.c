/* What recording costs a process, measured in it
 *
 * The real thing but for the block: at the end of a process the allocator may be in the middle of something (a signal
 * handler may call _exit()), and must not be asked. So a slot and counts of our own are written; and nothing of what the
 * table remembers of released blocks, which is one store more.
 */
#include "shim/record/cost.h"

#include "shim/record/hot.h"
#include "shim/sys/clock.h"

enum { TURNS = 256, SIZE = 48 };

static void block_pass(struct memo_level *level, const struct stack_start *start, volatile wire_slot *slot,
                       struct wire_count *count)
{
        uint32_t born = capture_near(level, start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
        *slot = wire_slot_make(born, SIZE, WIRE_FAMILY_MALLOC, 0, arena.epoch);
        hot_count_born_only(count, SIZE);
        /* As if by malloc again: the stacks of a real birth and a real release do not start alike, and share no home. */
        uint32_t gone = capture_near(level, start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
        *slot = (*slot & ~(wire_slot)born) | gone | arena.epoch_gone;
        hot_count_released_only(count, SIZE);
}

__attribute__((noinline)) uint64_t cost_of_block_ns(void)
{
        struct thread *self = &thread_self;
        struct memo_level *level = hot_level(self);
        struct stack_start start = STACK_START_HERE();
        if (level == NULL || arena.stamp_release == 0)
                return 0;
        struct stack_id id = stack_capture(self, &start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0));
        if (level->state != arena.stamp_release ||
            capture_near(level, &start, wire_word_allocator(WIRE_ENTRY_MALLOC, 0)) != id.n)
                return 0;
        struct wire_count count = {0};
        volatile wire_slot slot = 0;
        uint64_t begun = clock_ns();
        for (unsigned i = 0; i < TURNS; i++)
                block_pass(level, &start, &slot, &count);
        return (clock_ns() - begun) / TURNS;
}
