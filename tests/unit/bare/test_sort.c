/* Sorting in place */
#include "bare/sort.h"

#include <criterion/criterion.h>

enum { N = 5000 };
static struct sort_pair pairs[N];

static void fill(uint64_t (*key)(uint64_t i))
{
        for (uint64_t i = 0; i < N; i++)
                pairs[i] = (struct sort_pair){key(i), ~key(i)};
}

static void expect_sorted(void)
{
        sort_pairs(pairs, N);
        uint64_t sum = 0;
        for (size_t i = 0; i < N; i++) {
                cr_assert(i == 0 || pairs[i - 1].key <= pairs[i].key);
                cr_assert_eq(pairs[i].value, ~pairs[i].key);
                sum += pairs[i].key;
        }
        cr_assert_neq(sum, 0);
}

static uint64_t up(uint64_t i) { return i; }
static uint64_t down(uint64_t i) { return N - i; }
static uint64_t mixed(uint64_t i) { return i * UINT64_C(0x9e3779b97f4a7c15); }
static uint64_t few(uint64_t i) { return i % 3; }

Test(sort, any_order_becomes_ascending_and_values_stay_with_their_keys)
{
        uint64_t (*orders[])(uint64_t) = {up, down, mixed, few};
        for (size_t i = 0; i < 4; i++) {
                fill(orders[i]);
                expect_sorted();
        }
}

Test(sort, nothing_and_one_are_sorted)
{
        sort_pairs(NULL, 0);
        pairs[0] = (struct sort_pair){5, 6};
        sort_pairs(pairs, 1);
        cr_assert_eq(pairs[0].value, 6);
}

Test(sort, finds_the_last_that_is_not_greater)
{
        for (uint64_t i = 0; i < 10; i++)
                pairs[i] = (struct sort_pair){10 * i + 10, 0};
        cr_assert_eq(sort_find(pairs, 10, 9), SIZE_MAX);
        cr_assert_eq(sort_find(pairs, 10, 10), 0);
        cr_assert_eq(sort_find(pairs, 10, 19), 0);
        cr_assert_eq(sort_find(pairs, 10, 20), 1);
        cr_assert_eq(sort_find(pairs, 10, 5000), 9);
        cr_assert_eq(sort_find(pairs, 0, 5), SIZE_MAX);
}
