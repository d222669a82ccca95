/* Catch2: the test that leaks fails
 *
 *      TEST_CASE_METHOD(unfreed::Fixture, "name") { ... }
 *
 * A test case that loses a block then fails under its name, with the place: each section counts for itself. Without
 * unfreed in the process (run the tests as `unfreed ./tests`) nothing happens. Include Catch2 before this file: its
 * headers have other names in each version.
 */
#ifndef UNFREED_CATCH2_H
#define UNFREED_CATCH2_H

#include "unfreed.h"

namespace unfreed
{
class Fixture
{
        uint64_t mark_ = unfreed_mark();

      public:
        ~Fixture()
        {
                static char text[8192];
                if (unfreed_test_end(mark_, text, sizeof text))
                        FAIL_CHECK(text);
        }
};
} // namespace unfreed

#endif
