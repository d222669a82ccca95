// Criterion with the macro
#include "lose.h"
#include "unfreed_criterion.h"

static void *kept;
static int n_begun;
static void begin(void) { n_begun++; }
static void set_up(void) { kept = make(100); }
static void tear_down(void) { free(kept); }

UNFREED_TEST(tests, one_that_leaks) { lose(); }
UNFREED_TEST(tests, one_that_is_clean) { keep_nothing(); }
UNFREED_TEST(tests, one_that_keeps_what_it_made) { kept = make(100); }
UNFREED_TEST(tests, one_that_leaks_after_its_setup, .init = begin)
{
        if (n_begun == 1)
                lose();
}
UNFREED_TEST(tests, one_that_leaks_in_setup, .init = lose) {}
UNFREED_TEST(tests, one_that_leaks_in_teardown, .fini = lose) {}
UNFREED_TEST(tests, one_whose_teardown_releases, .init = set_up, .fini = tear_down) { cr_assert(kept); }
UNFREED_TEST(tests, one_that_exits, .exit_code = 3, .description = "with a status") { exit(3); }
