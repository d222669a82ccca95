/* GoogleTest: the test that leaks fails
 *
 * Once, in main() before RUN_ALL_TESTS():
 *
 *      ::testing::UnitTest::GetInstance()->listeners().Append(new unfreed::Listener);
 *
 * A test that loses a block (in its fixture, too) then fails under its name, with the place. Without unfreed in the
 * process (run the tests as `unfreed ./tests`) nothing happens.
 */
#ifndef UNFREED_GTEST_H
#define UNFREED_GTEST_H

#include "unfreed.h"

#include <gtest/gtest.h>

namespace unfreed
{
class Listener : public ::testing::EmptyTestEventListener
{
        uint64_t mark_ = 0;
        char text_[8192];

        void OnTestStart(const ::testing::TestInfo &) override { mark_ = unfreed_mark(); }
        void OnTestEnd(const ::testing::TestInfo &) override
        {
                if (unfreed_test_end(mark_, text_, sizeof text_))
                        ADD_FAILURE() << text_;
        }
};
} // namespace unfreed

#endif
