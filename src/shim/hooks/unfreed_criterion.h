/* Criterion: the test that leaks fails
 *
 *      UNFREED_TEST(parser, name) { ... }      instead of      Test(parser, name) { ... }
 *
 * with the same arguments. When the test loses a block, in its .init or .fini, too, it fails under its name, with the
 * place. Without unfreed in the process (run the tests as `unfreed ./tests`) it is an ordinary test.
 *
 * Criterion has a test down as passed when the body ends, before .fini runs, and no ReportHook() of it can change that:
 * they run in another process. So the body's end runs .fini, and what fails there fails the test. After a body that an
 * assertion ended .fini runs as ever, and nothing is asked. The .init and .fini of a TestSuite() stand around all of
 * this: what they lose is in the report of the whole run.
 */
#ifndef UNFREED_CRITERION_H
#define UNFREED_CRITERION_H

#include "unfreed.h"

#include <criterion/criterion.h>

struct unfreed_test {
        struct criterion_test_extra_data asked; /* the arguments of UNFREED_TEST() */
        uint64_t mark;
        int is_finished;
};

static inline void unfreed_test_begin(struct unfreed_test *test)
{
        test->mark = unfreed_mark();
        if (test->asked.init)
                test->asked.init();
}

static inline void unfreed_test_finish(struct unfreed_test *test)
{
        if (!test->is_finished++ && test->asked.fini)
                test->asked.fini();
}

static inline void unfreed_test_check(struct unfreed_test *test)
{
        static char text[8192];
        unfreed_test_finish(test);
        if (unfreed_test_end(test->mark, text, sizeof text))
                cr_assert_fail("%s", text);
}

/* Of two initializers of .init the later one holds: ours. (In C++ they are assignments.) */
#ifdef __cplusplus
#define UNFREED_TEST_BEGIN _Pragma("GCC diagnostic push")
#else
#define UNFREED_TEST_BEGIN _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#endif
#define UNFREED_TEST_END _Pragma("GCC diagnostic pop")

/* clang-format off */
#define UNFREED_TEST(suite, name, ...)                                                                                 \
        UNFREED_TEST_BEGIN                                                                                             \
        static struct unfreed_test suite##_##name##_test = {                                                           \
                CRITERION_MAKE_STRUCT(criterion_test_extra_data, .sentinel_ = 0, ##__VA_ARGS__), 0, 0};                \
        static void suite##_##name##_begin(void) { unfreed_test_begin(&suite##_##name##_test); }                       \
        static void suite##_##name##_finish(void) { unfreed_test_finish(&suite##_##name##_test); }                     \
        static void suite##_##name##_body(void);                                                                       \
        Test(suite, name, ##__VA_ARGS__, .init = suite##_##name##_begin, .fini = suite##_##name##_finish)              \
        {                                                                                                              \
                suite##_##name##_body();                                                                               \
                unfreed_test_check(&suite##_##name##_test);                                                            \
        }                                                                                                              \
        UNFREED_TEST_END                                                                                               \
        static void suite##_##name##_body(void)
/* clang-format on */

#endif
