/* Numbers for people */
#include "cli/policy/store.h"
#include "cli/report/quantity.h"

#include <criterion/criterion.h>

Test(quantity, thousands_are_separated)
{
        struct store *store = store_new();
        cr_expect_str_eq(quantity_number(store, 0), "0");
        cr_expect_str_eq(quantity_number(store, 999), "999");
        cr_expect_str_eq(quantity_number(store, 1000), "1,000");
        cr_expect_str_eq(quantity_number(store, 1048576), "1,048,576");
        cr_expect_str_eq(quantity_number(store, UINT64_MAX), "18,446,744,073,709,551,615");
        store_free(store);
}

Test(quantity, bytes_get_a_unit_when_there_are_many)
{
        struct store *store = store_new();
        cr_expect_str_eq(quantity_bytes(store, 1), "1 byte");
        cr_expect_str_eq(quantity_bytes(store, 192), "192 bytes");
        cr_expect_str_eq(quantity_bytes(store, 4096), "4,096 bytes");
        cr_expect_str_eq(quantity_bytes(store, 65536), "65,536 bytes (64.0 KiB)");
        cr_expect_str_eq(quantity_bytes(store, 1048575), "1,048,575 bytes (1.0 MiB)");
        cr_expect_str_eq(quantity_bytes(store, 1048576), "1,048,576 bytes (1.0 MiB)");
        cr_expect_str_eq(quantity_bytes(store, UINT64_MAX), "18,446,744,073,709,551,615 bytes (16.0 EiB)");
        store_free(store);
}

Test(quantity, one_is_not_many)
{
        struct store *store = store_new();
        cr_expect_str_eq(quantity_blocks(store, 1), "1 block");
        cr_expect_str_eq(quantity_blocks(store, 0), "0 blocks");
        cr_expect_str_eq(quantity_of(store, 2, "leak", "leaks"), "2 leaks");
        store_free(store);
}
