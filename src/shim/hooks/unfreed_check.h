/* Check: the test that leaks fails
 *
 *      tcase_add_checked_fixture(tcase, unfreed_test_setup, unfreed_test_teardown);
 *
 * before the test case's other fixtures, whose teardown comes first then. A test that loses a block fails under its
 * name, with the place. Without unfreed in the process (run the tests as `unfreed ./tests`) nothing happens.
 */
#ifndef UNFREED_CHECK_H
#define UNFREED_CHECK_H

#include "unfreed.h"

#include <check.h>

static uint64_t unfreed_test_mark;

static inline void unfreed_test_setup(void) { unfreed_test_mark = unfreed_mark(); }

static inline void unfreed_test_teardown(void)
{
        static char text[8192];
        if (unfreed_test_end(unfreed_test_mark, text, sizeof text))
                ck_abort_msg("%s", text);
}

#endif
