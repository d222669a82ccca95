// GoogleTest with the listener
#include "lose.h"
#include "unfreed_gtest.h"

static void *kept;

TEST(tests, one_that_leaks) { lose(); }
TEST(tests, one_that_is_clean) { keep_nothing(); }
TEST(tests, one_that_keeps_what_it_made) { kept = make(100); }

class fixture : public ::testing::Test
{
      protected:
        void SetUp() override { lose(); }
};
TEST_F(fixture, one_that_leaks_in_setup) {}

int main(int argc, char **argv)
{
        ::testing::InitGoogleTest(&argc, argv);
        ::testing::UnitTest::GetInstance()->listeners().Append(new unfreed::Listener);
        return RUN_ALL_TESTS();
}
