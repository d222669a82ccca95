/* Python strings as text */
#include "mock_python.h"

#include "shim/arena/arena.h"
#include "shim/python/text.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *text(uint32_t at) { return arena_element(WIRE_EXTENT_TEXT, at, 1); }

Test(text, ascii_is_taken_as_it_is)
{
        mock_begin();
        cr_assert_str_eq(text(text_of_str(mock_ascii("pkg/mod.py"))), "pkg/mod.py");
}

Test(text, latin_and_wider_characters_become_utf8)
{
        mock_begin();
        cr_assert_str_eq(text(text_of_str(mock_wide("caf\xe9", 4, 1))), "caf\xc3\xa9");
        cr_assert_str_eq(text(text_of_str(mock_wide((uint16_t[]){0x20ac, 'x'}, 2, 2))), "\xe2\x82\xacx");
        cr_assert_str_eq(text(text_of_str(mock_wide((uint32_t[]){0x1f40d}, 1, 4))), "\xf0\x9f\x90\x8d");
}

Test(text, a_lone_surrogate_is_replaced)
{
        mock_begin();
        cr_assert_str_eq(text(text_of_str(mock_wide((uint16_t[]){'a', 0xdc80}, 2, 2))), "a?");
}

Test(text, the_same_text_is_stored_once)
{
        mock_begin();
        uint32_t first = text_of_str(mock_ascii("same.py")), other = text_of_str(mock_ascii("other.py"));
        cr_assert_eq(text_of_str(mock_ascii("same.py")), first);
        cr_assert_neq(other, first);
}

Test(text, what_is_no_str_gives_nothing)
{
        mock_begin();
        uintptr_t zeros[32] = {0};
        cr_assert_eq(text_of_str((uintptr_t)zeros), 0);
        cr_assert_eq(text_of_str(0), 0);
        cr_assert_eq(text_of_str(16), 0);
        uintptr_t str = mock_ascii("x");
        *(int64_t *)(str + interpreter.layout->var_size) = -5;
        cr_assert_eq(text_of_str(str), 0);
}

Test(text, an_endless_length_is_cut)
{
        mock_begin();
        uintptr_t str = mock_ascii("abc");
        *(int64_t *)(str + interpreter.layout->var_size) = INT64_MAX;
        uint32_t at = text_of_str(str);
        cr_assert_neq(at, 0);
        cr_assert_eq(memcmp(text(at), "abc", 3), 0);
}
