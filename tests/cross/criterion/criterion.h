/* As much of Criterion as the units of the shim use, for processors whose Criterion is not here
 *
 * Each test runs in a child of its own, as there; what it says is TAP. Messages of assertions are left out: the place
 * and the words of the condition are what one needs to look.
 */
#ifndef UNFREED_TESTS_CROSS_CRITERION_H
#define UNFREED_TESTS_CROSS_CRITERION_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
struct stand_in_test {
        const char *suite, *name;
        void (*run)(void);
        struct stand_in_test *next;
};
void stand_in_add(struct stand_in_test *test);
void stand_in_fail(const char *file, int line, const char *what) __attribute__((noreturn));
void cr_redirect_stderr(void);
bool stand_in_stderr_is(const char *text);
#ifdef __cplusplus
}
#endif

/* What may follow the two names (a time limit) is for Criterion alone. */
#define Test(suite_, name_, ...)                                                                                       \
        static void suite_##_##name_##_run(void);                                                                      \
        __attribute__((constructor)) static void suite_##_##name_##_add(void)                                          \
        {                                                                                                              \
                static struct stand_in_test test;                                                                      \
                test.suite = #suite_;                                                                                  \
                test.name = #name_;                                                                                    \
                test.run = suite_##_##name_##_run;                                                                     \
                stand_in_add(&test);                                                                                   \
        }                                                                                                              \
        static void suite_##_##name_##_run(void)

#define cr_assert(condition, ...) ((condition) ? (void)0 : stand_in_fail(__FILE__, __LINE__, #condition))
#define cr_assert_not(condition, ...) cr_assert(!(condition))
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b))
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b))
#define cr_assert_lt(a, b, ...) cr_assert((a) < (b))
#define cr_assert_leq(a, b, ...) cr_assert((a) <= (b))
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b))
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b))
#define cr_assert_null(a, ...) cr_assert((a) == NULL)
#define cr_assert_not_null(a, ...) cr_assert((a) != NULL)
#define cr_assert_str_eq(a, b, ...) cr_assert(strcmp((a), (b)) == 0)
#define cr_assert_stderr_eq_str(text, ...) cr_assert(stand_in_stderr_is(text))

#endif
