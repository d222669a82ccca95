/* Numbers as text */
#include "bare/bits.h"
#include "bare/number.h"

#include <criterion/criterion.h>

Test(number, decimal_is_written_with_its_end)
{
        char text[NUMBER_TEXT_BYTES];
        cr_assert_eq(number_decimal(text, 0), 1);
        cr_assert_str_eq(text, "0");
        cr_assert_eq(number_decimal(text, UINT64_MAX), 20);
        cr_assert_str_eq(text, "18446744073709551615");
}

Test(number, hexadecimal_is_written_with_0x)
{
        char text[NUMBER_TEXT_BYTES];
        cr_assert_eq(number_hex(text, 0xdeadbeef), 10);
        cr_assert_str_eq(text, "0xdeadbeef");
}

Test(number, parsing_stops_at_the_first_other_character)
{
        const char *text = "123x";
        cr_assert_eq(number_parse(&text), 123);
        cr_assert_str_eq(text, "x");
        text = "7fZ";
        cr_assert_eq(number_parse_hex(&text), 0x7f);
        cr_assert_str_eq(text, "Z");
}

Test(number, parsing_saturates_instead_of_wrapping)
{
        const char *text = "18446744073709551616";
        cr_assert_eq(number_parse(&text), UINT64_MAX);
        cr_assert_eq(*text, 0);
}

Test(number, no_digit_is_zero_and_moves_nothing)
{
        const char *text = "x";
        cr_assert_eq(number_parse(&text), 0);
        cr_assert_str_eq(text, "x");
}

Test(bits, alignment_rounds_both_ways)
{
        cr_assert_eq(align_up(1, 16), 16);
        cr_assert_eq(align_up(16, 16), 16);
        cr_assert_eq(align_down(31, 16), 16);
        cr_assert_eq(log2_exact(4096), 12);
        cr_assert_eq(log2_exact(0), 0);
}
