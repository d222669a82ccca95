// Criterion with the macro
#include "lose.h"
#include "unfreed_criterion.h"

static void *kept;
static int n_begun;
static void begin(void) { n_begun++; }

UNFREED_TEST(tests, one_that_leaks) { lose(); }
UNFREED_TEST(tests, one_that_is_clean) { keep_nothing(); }
UNFREED_TEST(tests, one_that_keeps_what_it_made) { kept = make(100); }
UNFREED_TEST(tests, one_that_leaks_after_its_setup, .init = begin)
{
        if (n_begun == 1)
                lose();
}
