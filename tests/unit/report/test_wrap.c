/* Lines that fit a terminal */
#include "cli/policy/store.h"
#include "cli/report/style.h"
#include "cli/report/wrap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *wrapped(const char *text, size_t columns)
{
        static char written[1 << 12];
        FILE *out = fmemopen(written, sizeof written, "w");
        wrap_print(out, text, columns, 2);
        fclose(out);
        return written;
}

Test(wrap, what_fits_is_left_alone)
{
        const char *text = "unfreed: ./leaky (pid 4711)\n\nof 27 columns or less\n";
        cr_expect_str_eq(wrapped(text, 27), text);
        cr_expect_str_eq(wrapped(text, 0), text);
        cr_expect_str_eq(wrapped(text, 23), text, "too few columns to say anything in");
}

Test(wrap, a_line_is_broken_where_it_says_one_thing_less)
{
        cr_expect_str_eq(wrapped("unfreed: ./leaky (pid 4711) exited 0 -- 2 leaks\n", 40),
                         "unfreed: ./leaky (pid 4711) exited 0\n  -- 2 leaks\n");
        cr_expect_str_eq(wrapped("leaked 8 bytes in 1 block; still reachable 2 bytes\n", 40),
                         "leaked 8 bytes in 1 block;\n  still reachable 2 bytes\n");
        cr_expect_str_eq(wrapped("hidden: 1 reachable site, 1 suppressed (4,096 bytes)\n", 40),
                         "hidden: 1 reachable site,\n  1 suppressed (4,096 bytes)\n");
}

Test(wrap, a_number_stays_with_what_it_counts)
{
        cr_expect_str_eq(wrapped("there are in all of it 1,048,576 bytes\n", 33),
                         "there are in all of\n  it 1,048,576 bytes\n");
        cr_expect_str_eq(wrapped("a name that comes with (more words in it)\n", 30), "a name that comes with\n  (more words in it)\n");
}

Test(wrap, no_word_is_torn)
{
        cr_expect_str_eq(wrapped("/a/path/that/is/wider/than/the/terminal (pid 3) is one\n", 30),
                         "/a/path/that/is/wider/than/the/terminal\n  (pid 3) is one\n");
        cr_expect_str_eq(wrapped("    /a/path/that/is/wider/than/the/terminal\n", 30),
                         "    /a/path/that/is/wider/than/the/terminal\n");
}

Test(wrap, colours_take_no_columns_and_wide_characters_two)
{
        cr_expect_str_eq(wrapped("\x1b[1;31mred\x1b[0m words here of twenty-six\n", 29),
                         "\x1b[1;31mred\x1b[0m words here of twenty-six\n");
        cr_expect_str_eq(wrapped("\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd of it is more\n", 25),
                         "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd of it is\n  more\n");
}

Test(wrap, a_stream_is_broken_when_it_ends)
{
        char written[100];
        FILE *out = fmemopen(written, sizeof written, "w");
        struct wrap wrap;
        wrap_begin(&wrap, out, 30, 4);
        fputs("written in pieces, ", wrap.lines);
        fputs("which together are too long\n", wrap.lines);
        wrap_end(&wrap);
        fclose(out);
        cr_expect_str_eq(written, "written in pieces,\n    which together are too\n    long\n");
}

Test(wrap, no_text_hangs_it)
{
        unsigned state = 1;
        for (int i = 0; i < 5000; i++) {
                char text[64];
                for (size_t k = 0; k < sizeof text - 1; k++) {
                        static const char some[] = "  a;,(-)9\n\x1bm\xff\xc3";
                        state = state * 1103515245 + 12345;
                        text[k] = some[(state >> 16) % (sizeof some - 1)];
                }
                text[sizeof text - 1] = 0;
                wrapped(text, 24);
        }
}
