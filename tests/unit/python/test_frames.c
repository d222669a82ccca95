/* The Python frames of this thread */
#include "mock_python.h"

#include "shim/arena/arena.h"
#include "shim/python/code.h"
#include "shim/python/frames.h"

#include <criterion/criterion.h>
#include <string.h>

#define self (&thread_self)

static const char *name_at(uint32_t node)
{
        const struct wire_code *code =
                arena_element(WIRE_EXTENT_CODES, wire_word_code_index(arena.nodes[node].word), sizeof *code);
        return arena_element(WIRE_EXTENT_TEXT, code->qualname, 1);
}

static uint32_t parent(uint32_t node) { return arena.nodes[node].parent; }

Test(frames, they_are_a_path_innermost_first)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        mock_push(mock_code("m.py", "inner", 9), 22, 0);
        uint32_t node = frames_current(self).n;
        cr_assert_str_eq(name_at(node), "inner");
        cr_assert_eq(wire_word_lasti(arena.nodes[node].word), 22);
        cr_assert_str_eq(name_at(parent(node)), "<module>");
        cr_assert_eq(parent(parent(node)), 0);
}

Test(frames, the_same_frames_are_the_same_node)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        uint32_t first = frames_current(self).n;
        cr_assert_eq(frames_current(self).n, first);
        mock_push(mock_code("m.py", "f", 3), 2, 0);
        cr_assert_neq(frames_current(self).n, first);
        mock_pop();
        cr_assert_eq(frames_current(self).n, first);
}

Test(frames, a_caller_that_went_on_is_noticed_below_an_unchanged_frame)
{
        mock_begin();
        uintptr_t module = mock_code("m.py", "<module>", 1);
        uintptr_t outer = mock_push(module, 4, 0);
        mock_push(mock_code("m.py", "f", 3), 2, 0);
        uint32_t first = frames_current(self).n;
        mock_move(outer, module, 8);
        uint32_t second = frames_current(self).n;
        cr_assert_neq(second, first);
        cr_assert_eq(wire_word_lasti(arena.nodes[parent(second)].word), 8);
}

Test(frames, a_frame_of_the_c_stack_ends_an_evaluation)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        mock_push(0, 0, 3);
        mock_push(mock_code("m.py", "called", 3), 2, 0);
        mock_push(mock_code("m.py", "inlined", 6), 2, 0);
        uint32_t node = frames_current(self).n;
        cr_assert_str_eq(name_at(node), "inlined");
        cr_assert_not(wire_word_code_entry(arena.nodes[node].word));
        cr_assert_str_eq(name_at(parent(node)), "called");
        cr_assert(wire_word_code_entry(arena.nodes[parent(node)].word));
        cr_assert_str_eq(name_at(parent(parent(node))), "<module>");
}

Test(frames, a_thread_without_the_gil_has_its_own_frames)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        mock_hold_gil(false);
        cr_assert_str_eq(name_at(frames_current(self).n), "<module>");
}

Test(frames, a_thread_state_of_another_thread_is_not_believed)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        *(uintptr_t *)((uintptr_t)interpreter.this_thread_state() + interpreter.layout->tstate_thread_id) = 42;
        cr_assert_eq(frames_current(self).n, 0);
}

Test(frames, before_initialisation_there_are_none)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        mock_initialized = 0;
        cr_assert_eq(frames_current(self).n, 0);
}

Test(frames, a_chain_that_bites_its_tail_ends)
{
        mock_begin();
        uintptr_t code = mock_code("m.py", "f", 1);
        uintptr_t frame = mock_push(code, 4, 0);
        *(uintptr_t *)(frame + interpreter.layout->frame_back) = frame;
        cr_assert_neq(frames_current(self).n, 0);
}

Test(frames, a_frame_that_cannot_be_read_ends_the_walk)
{
        mock_begin();
        uintptr_t frame = mock_push(mock_code("m.py", "f", 1), 4, 0);
        *(uintptr_t *)(frame + interpreter.layout->frame_back) = 0x10000;
        uint32_t node = frames_current(self).n;
        cr_assert_str_eq(name_at(node), "f");
        cr_assert_eq(parent(node), 0);
}

Test(frames, code_that_is_none_turns_them_off_with_a_reason)
{
        mock_begin();
        for (int i = 0; i < 9; i++)
                mock_push(mock_ascii("no code"), 0, 0);
        cr_assert_null(frames_why_off());
        cr_assert_eq(frames_current(self).n, 0);
        cr_assert_not_null(frames_why_off());
        cr_assert_neq(arena.header->python.why_off, 0);
}

Test(frames, one_odd_frame_among_good_ones_is_left_out)
{
        mock_begin();
        mock_push(mock_code("m.py", "<module>", 1), 4, 0);
        for (int i = 0; i < 9; i++)
                mock_push(mock_ascii("no code"), 0, 0);
        cr_assert_str_eq(name_at(frames_current(self).n), "<module>");
        cr_assert_null(frames_why_off());
}

Test(frames, the_death_of_a_code_object_is_noticed_in_remembered_walks)
{
        mock_begin();
        uintptr_t code = mock_code("m.py", "old", 1);
        mock_push(code, 4, 0);
        uint32_t first = frames_current(self).n;
        code_died(code);
        memcpy((void *)code, (void *)mock_code("m.py", "new", 2), 256);
        uint32_t second = frames_current(self).n;
        cr_assert_neq(second, first);
        cr_assert_str_eq(name_at(second), "new");
}
