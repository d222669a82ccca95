/* Criterion: the test that leaks fails
 *
 *      UNFREED_TEST(parser, name) { ... }      instead of      Test(parser, name) { ... }
 *
 * with the same arguments. When the body loses a block the test fails under its name, with the place. (What .init and
 * .fini do is not looked at: once .fini runs, Criterion has the test down as passed.) Without unfreed in the process
 * (run the tests as `unfreed ./tests`) it is an ordinary test.
 */
#ifndef UNFREED_CRITERION_H
#define UNFREED_CRITERION_H

#include "unfreed.h"

#include <criterion/criterion.h>

static inline void unfreed_test_check(uint64_t mark)
{
        static char text[8192];
        if (unfreed_test_end(mark, text, sizeof text))
                cr_assert_fail("%s", text);
}

#define UNFREED_TEST(suite, name, ...)                                                                                 \
        static void suite##_##name##_body(void);                                                                       \
        Test(suite, name, ##__VA_ARGS__)                                                                               \
        {                                                                                                              \
                uint64_t mark = unfreed_mark();                                                                        \
                suite##_##name##_body();                                                                               \
                unfreed_test_check(mark);                                                                              \
        }                                                                                                              \
        static void suite##_##name##_body(void)

#endif
