/* Code objects, copied at first sight */
#include "mock_python.h"

#include "shim/arena/arena.h"
#include "shim/python/code.h"
#include "shim/sys/pages.h"

#include <criterion/criterion.h>
#include <stdlib.h>
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

/* As many code objects of the same function as asked for, each at an address of its own. */
enum { CODE_BYTES = 256 };
static unsigned char (*codes_new(size_t n))[CODE_BYTES]
{
        unsigned char(*codes)[CODE_BYTES] = calloc(n, CODE_BYTES);
        uintptr_t one = mock_code("a.py", "f", 1);
        for (size_t i = 0; i < n; i++)
                memcpy(codes[i], (void *)one, CODE_BYTES);
        return codes;
}

Test(code, of_ever_so_many_each_is_known)
{
        enum { N = 150000 }; /* more than two tables hold */
        mock_begin();
        unsigned char(*codes)[CODE_BYTES] = codes_new(N);
        uint32_t first = code_intern((uintptr_t)codes[0]);
        for (size_t i = 0; i < N; i++)
                cr_assert_eq(code_intern((uintptr_t)codes[i]), first + i);
        for (size_t i = 0; i < N; i++)
                cr_assert_eq(code_intern((uintptr_t)codes[i]), first + i);
        code_died((uintptr_t)codes[7]);
        cr_assert_eq(code_of(first + 7)->object, 0);
        cr_assert_eq(code_intern((uintptr_t)codes[7]), first + N);
        code_forget();
        cr_assert_eq(code_intern((uintptr_t)codes[N - 1]), first + N + 1);
        for (size_t i = 0; i < N; i++)
                cr_assert_neq(code_intern((uintptr_t)codes[i]), 0);
        cr_assert_eq(code_intern((uintptr_t)codes[N - 1]), first + N + 1);
        free(codes);
}

Test(code, the_dead_make_room)
{
        enum { N = 200000, ALIVE = 5000 };
        mock_begin();
        unsigned char(*codes)[CODE_BYTES] = codes_new(N);
        cr_assert_neq(code_intern((uintptr_t)codes[0]), 0);
        size_t before = pages_taken_bytes();
        for (size_t i = 1; i < N; i++) {
                cr_assert_neq(code_intern((uintptr_t)codes[i]), 0);
                if (i > ALIVE)
                        code_died((uintptr_t)codes[i - ALIVE]);
        }
        cr_assert_eq(pages_taken_bytes(), before);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_CODES], 0);
        free(codes);
}

Test(code, what_no_memory_is_left_for_is_counted)
{
        enum { N = 30000 };
        mock_begin();
        unsigned char(*codes)[CODE_BYTES] = codes_new(N);
        size_t i = 0;
        cr_assert_neq(code_intern((uintptr_t)codes[i++]), 0);
        pages_refuse(1);
        while (i < N && code_intern((uintptr_t)codes[i]))
                i++;
        cr_assert_lt(i, N);
        cr_assert_eq(arena.header->dropped[WIRE_DROP_CODES], 1);
        cr_assert_neq(code_intern((uintptr_t)codes[i]), 0, "the next request was granted");
        cr_assert_neq(code_intern((uintptr_t)codes[0]), 0);
        free(codes);
}

Test(code, a_frame_without_code_has_none)
{
        mock_begin();
        uintptr_t object = mock_code("a.py", "f", 1);
        code_intern(object);
        code_died(object);
        code_deaths_unseen = true;
        cr_assert_eq(code_intern(0), 0);
}
