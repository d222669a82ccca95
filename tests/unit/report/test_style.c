/* Text that may hold anything, made fit for a terminal */
#include "cli/policy/store.h"
#include "cli/report/style.h"
#include "cli/say/utf8.h"

#include <criterion/criterion.h>
#include <string.h>

static struct store *store;
static void begin(void) { store = store_new(); }
static void end(void) { store_free(store); }
TestSuite(style, .init = begin, .fini = end);

Test(style, clean_text_is_itself)
{
        const char *text = "plain text";
        cr_expect_eq(style_clean(store, text), text);
        cr_expect_str_eq(style_clean(store, "na\xc3\xafve"), "na\xc3\xafve");
        cr_expect_str_eq(style_clean(store, ""), "");
}

Test(style, control_characters_are_replaced)
{
        cr_expect_str_eq(style_clean(store, "a\nb\tc"), "a b c");
        cr_expect_str_eq(style_clean(store, "a\x1b[1m"), "a" UTF8_REPLACEMENT "[1m");
        cr_expect_str_eq(style_clean(store, "\xc2\x9b"), UTF8_REPLACEMENT);
}

Test(style, what_is_not_utf8_is_replaced)
{
        cr_expect_str_eq(style_clean(store, "\xff"), UTF8_REPLACEMENT);
        cr_expect_str_eq(style_clean(store, "\xc0\xaf"), UTF8_REPLACEMENT UTF8_REPLACEMENT); /* overlong */
        cr_expect_str_eq(style_clean(store, "\xed\xa0\x80"), UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT);
        cr_expect_str_eq(style_clean(store, "a\xe2\x82"), "a" UTF8_REPLACEMENT UTF8_REPLACEMENT);
}

Test(style, a_long_text_is_cut_at_a_character)
{
        cr_expect_str_eq(style_clip(store, "abcdefghij", 10, 10), "abcdefghij");
        cr_expect_str_eq(style_clip(store, "abcdefghijk", 11, 10), "abcdefg...");
        cr_expect_str_eq(style_clip(store, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 10, 4), "\xc3\xa4...");
        cr_expect_eq(style_width("\xc3\xa4\xc3\xa4"), 2u);
}

Test(style, a_name_keeps_both_ends_and_a_path_its_end)
{
        cr_expect_str_eq(style_middle(store, "abcdefghijklm", 13), "abcdefghijklm");
        cr_expect_str_eq(style_middle(store, "std::vector<int>::push_back", 18), "std::vect...h_back");
        cr_expect_str_eq(style_end(store, "some/where/deep/file.c:12", 25), "some/where/deep/file.c:12");
        cr_expect_str_eq(style_end(store, "some/where/deep/file.c:12", 15), ".../file.c:12");
        cr_expect_str_eq(style_end(store, "a-file-with-a-long-name.c:12", 12), "...name.c:12");
}

Test(style, characters_of_east_asia_take_two_columns_and_marks_none)
{
        cr_expect_eq(style_width("\xe4\xbd\xa0\xe5\xa5\xbd"), 4u);
        cr_expect_eq(style_width("e\xcc\x81t\xc3\xa9"), 3u);
        cr_expect_str_eq(style_clip(store, "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0", 9, 5), "\xe4\xbd\xa0...");
        cr_expect_str_eq(style_middle(store, "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0", 9),
                         "\xe4\xbd\xa0\xe5\xa5\xbd...\xe4\xbd\xa0");
}

Test(style, no_text_breaks_out)
{
        unsigned state = 1;
        for (int i = 0; i < 20000; i++) {
                char text[24];
                for (size_t k = 0; k < sizeof text - 1; k++) {
                        state = state * 1103515245 + 12345;
                        text[k] = (char)(state >> 16 | 1);
                }
                text[sizeof text - 1] = 0;
                const char *clean = style_clean(store, text);
                for (size_t at = 0, n = strlen(clean); at < n;) {
                        int32_t code;
                        at += utf8_next(clean + at, n - at, &code);
                        cr_assert_geq(code, 0x20);
                        cr_assert_not(code >= 0x7f && code < 0xa0);
                }
                store_empty(store);
        }
}
