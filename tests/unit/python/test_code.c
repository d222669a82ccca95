/* Code objects, copied at first sight */
#include "mock_python.h"

#include "shim/arena/arena.h"
#include "shim/python/code.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct wire_code *code_of(uint32_t index) { return arena_element(WIRE_EXTENT_CODES, index, sizeof(struct wire_code)); }
static const char *text(uint32_t at) { return arena_element(WIRE_EXTENT_TEXT, at, 1); }

Test(code, names_line_and_table_are_copied)
{
        mock_begin();
        const struct wire_code *code = code_of(code_intern(mock_code("a.py", "C.f", 12)));
        cr_assert_str_eq(text(code->filename), "a.py");
        cr_assert_str_eq(text(code->qualname), "C.f");
        cr_assert_eq(code->first_line, 12);
        cr_assert_eq(code->line_table_bytes, 3);
        cr_assert_eq(memcmp(text(code->line_table), "\x80\x01\x02", 3), 0);
        cr_assert_eq(code->kind, 2);
}

Test(code, it_is_copied_once)
{
        mock_begin();
        uintptr_t object = mock_code("a.py", "f", 1);
        uint32_t index = code_intern(object);
        cr_assert_neq(index, 0);
        cr_assert_eq(code_intern(object), index);
        cr_assert_neq(code_intern(mock_code("a.py", "g", 5)), index);
}

Test(code, what_is_no_code_object_is_refused)
{
        mock_begin();
        cr_assert_eq(code_intern(mock_ascii("a str")), 0);
        cr_assert_eq(code_intern(0), 0);
        cr_assert_eq(code_intern(4096), 0);
}

Test(code, after_its_death_the_address_is_read_anew)
{
        mock_begin();
        uintptr_t object = mock_code("a.py", "f", 1);
        uint32_t index = code_intern(object), generation = code_generation();
        cr_assert(code_maybe(object));
        code_died(object);
        cr_assert_eq(code_of(index)->object, 0);
        cr_assert_neq(code_generation(), generation);
        cr_assert_neq(code_intern(object), index);
}

Test(code, the_death_of_another_block_changes_nothing)
{
        mock_begin();
        uintptr_t object = mock_code("a.py", "f", 1);
        uint32_t index = code_intern(object), generation = code_generation();
        code_died(object + 64);
        cr_assert_eq(code_intern(object), index);
        cr_assert_eq(code_generation(), generation);
}

Test(code, where_deaths_are_unseen_another_function_is_told_by_its_parts)
{
        mock_begin();
        code_deaths_unseen = true;
        uintptr_t object = mock_code("a.py", "f", 1), other = mock_code("a.py", "g", 7);
        uint32_t index = code_intern(object);
        cr_assert_eq(code_intern(object), index);
        memcpy((void *)object, (void *)other, 256);
        uint32_t second = code_intern(object);
        cr_assert_neq(second, index);
        cr_assert_str_eq(text(code_of(second)->qualname), "g");
}
