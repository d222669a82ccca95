// Catch2 with the fixture
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "lose.h"
#include "unfreed_catch2.h"

static void *kept;

TEST_CASE_METHOD(unfreed::Fixture, "one_that_leaks") { lose(); }
TEST_CASE_METHOD(unfreed::Fixture, "one_that_is_clean") { keep_nothing(); }
TEST_CASE_METHOD(unfreed::Fixture, "one_that_keeps_what_it_made") { kept = make(100); }
TEST_CASE_METHOD(unfreed::Fixture, "one_that_leaks_in_setup")
{
        SECTION("clean") { keep_nothing(); }
        SECTION("leaking") { lose(); }
}
