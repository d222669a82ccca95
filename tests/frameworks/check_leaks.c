// Check with the fixture
#include "lose.h"
#include "unfreed_check.h"

static void *kept;

START_TEST(one_that_leaks) { lose(); }
END_TEST
START_TEST(one_that_is_clean) { keep_nothing(); }
END_TEST
START_TEST(one_that_keeps_what_it_made) { kept = make(100); }
END_TEST
START_TEST(one_that_leaks_in_setup) {}
END_TEST

int main(void)
{
        Suite *suite = suite_create("tests");
        TCase *tcase = tcase_create("plain"), *other = tcase_create("setup");
        tcase_add_checked_fixture(tcase, unfreed_test_setup, unfreed_test_teardown);
        tcase_add_test(tcase, one_that_leaks);
        tcase_add_test(tcase, one_that_is_clean);
        tcase_add_test(tcase, one_that_keeps_what_it_made);
        tcase_add_checked_fixture(other, unfreed_test_setup, unfreed_test_teardown);
        tcase_add_checked_fixture(other, lose, NULL);
        tcase_add_test(other, one_that_leaks_in_setup);
        suite_add_tcase(suite, tcase);
        suite_add_tcase(suite, other);
        SRunner *runner = srunner_create(suite);
        srunner_run_all(runner, CK_NORMAL);
        int failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
