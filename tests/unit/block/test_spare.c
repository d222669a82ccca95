/* Places that sampled blocks leave */
#include "shim/block/quarantine.h"
#include "shim/block/spare.h"
#include "shim_place.h"

static char memory[100];

Test(spare, has_room_for_what_is_asked)
{
        size_t wanted[][2] = {{0, 1040},     {1, 1040},     {1040, 1040},   {1041, 2080},
                              {2081, 4160},  {4161, 8320},  {8320, 8320},  {8321, 8321},
                              {1 << 30, 1 << 30}};
        for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
                cr_assert_eq(spare_bytes(wanted[i][0]), wanted[i][1]);
}

Test(spare, is_given_once_and_to_whom_it_holds)
{
        cr_assert_null(spare_take(100));
        cr_assert(spare_keep(&memory[0], 4159)); /* has room for 2080 */
        cr_assert_null(spare_take(1040));
        cr_assert_null(spare_take(2081));
        cr_assert_eq(spare_take(1041), &memory[0]);
        cr_assert_null(spare_take(2080));
        cr_assert(spare_keep(&memory[0], 4160));
        cr_assert_null(spare_take(2080));
        cr_assert_eq(spare_take(4160), &memory[0]);
}

Test(spare, keeps_neither_small_ones_nor_large_ones_nor_many)
{
        cr_assert_not(spare_keep(&memory[0], 1039));
        cr_assert_not(spare_keep(&memory[0], 2 * 8320));
        cr_assert_null(spare_take(1040));
        cr_assert_null(spare_take(8320));
        cr_assert_null(spare_take(8321));
        for (int i = 0; i < SPARE_OF_A_SIZE; i++)
                cr_assert(spare_keep(&memory[i], 8320 + i));
        cr_assert_not(spare_keep(&memory[99], 8320));
        cr_assert(spare_keep(&memory[99], 1040));
        for (int i = 0; i < SPARE_OF_A_SIZE; i++)
                cr_assert_eq(spare_take(8320), &memory[i]);
        cr_assert_null(spare_take(8320));
}

Test(spare, is_held_back_until_it_is_given)
{
        cr_assert_not(quarantine_holds(&memory[7]));
        spare_keep(&memory[7], 1040);
        spare_keep(&memory[8], 10000);
        cr_assert(quarantine_holds(&memory[7]));
        cr_assert(quarantine_holds(&memory[8]));
        cr_assert_not(quarantine_holds(&memory[9]));
        spare_take(1);
        cr_assert_not(quarantine_holds(&memory[7]));
}
