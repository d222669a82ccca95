/* GitHub's fingerprint of a line, against what GitHub's own action computes for these texts */
#include "cli/report/linehash.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((sentinel)) static void hashes_are(const char *text, ...)
{
        size_t n, i = 0;
        struct line_hash *hashes = line_hashes(text, strlen(text), &n);
        va_list arguments;
        va_start(arguments, text);
        for (const char *expected; (expected = va_arg(arguments, const char *)); i++) {
                char got[40];
                cr_assert_lt(i, n);
                snprintf(got, sizeof got, "%llx:%u", (unsigned long long)hashes[i].hash, hashes[i].occurrence);
                cr_expect_str_eq(got, expected, "line %zu of %s: %s", i + 1, text, got);
        }
        va_end(arguments);
        cr_expect_eq(n, i);
        free(hashes);
}

Test(linehash, of_an_empty_file) { hashes_are("", "c129715d7a2bc9a3:1", NULL); }

Test(linehash, blanks_do_not_count)
{
        hashes_are(" a\nb\n  \t\tc\n d", "271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1",
                   NULL);
}

Test(linehash, all_line_ends_are_alike)
{
        static const char *const texts[] = {
                " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
                " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
                " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
        };
        for (size_t i = 0; i < 3; i++)
                hashes_are(texts[i], "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
                           "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1", NULL);
}

Test(linehash, equal_lines_are_numbered)
{
        char text[512] = "";
        for (int i = 0; i < 10; i++)
                strcat(text, "Lorem ipsum dolor sit amet.\n");
        hashes_are(text, "a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4",
                   "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
                   "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1", NULL);
}
