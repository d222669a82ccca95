/* Programs that could not be watched: put together, kept, and what is not believed */
#include "cli/capture/unwatched.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct unwatched_list list;
static void drop(void) { unwatched_deinit(&list); }
TestSuite(unwatched, .fini = drop);

Test(unwatched, processes_that_became_the_same_are_one_entry)
{
        unwatched_add(&list, 5, 1, "/bin/x", "is static");
        unwatched_add(&list, 6, 1, "/bin/y", "is static");
        unwatched_add(&list, 7, 2, "/bin/x", "is static");
        cr_assert_eq(list.n, 2);
        cr_assert_eq(list.all[0].n, 3);
        cr_assert_eq(list.all[0].pid, 7);
        cr_assert_eq(unwatched_processes(&list), 4);
}

Test(unwatched, what_did_not_come_about_is_taken_back)
{
        unwatched_add(&list, 5, 1, "/bin/x", "is static");
        unwatched_add(&list, 6, 1, "/bin/y", "is static");
        unwatched_take_back(&list, 7);
        cr_assert_eq(list.n, 2);
        unwatched_take_back(&list, 5);
        cr_assert_eq(list.n, 1);
        cr_assert_str_eq(list.all[0].program, "/bin/y");
}

Test(unwatched, what_was_kept_is_read_again)
{
        size_t n = 0;
        struct unwatched_list again = {0};
        unwatched_add(&list, 5, 3, "/bin/x", "is static");
        char *payload = unwatched_encode(&list.all[0], &n);
        cr_assert(unwatched_decode(&again, payload, n));
        cr_assert_eq(again.all[0].pid, 5);
        cr_assert_eq(again.all[0].n, 3);
        cr_assert_str_eq(again.all[0].program, "/bin/x");
        cr_assert_str_eq(again.all[0].why, "is static");
        for (size_t cut = 0; cut < n; cut++)
                cr_assert_not(unwatched_decode(&again, payload, cut), "cut at %zu", cut);
        payload[n - 1] = 'x';
        cr_assert_not(unwatched_decode(&again, payload, n), "without an end");
        payload[n - 1] = payload[n - 2] = '\0';
        cr_assert_not(unwatched_decode(&again, payload, n), "a third string");
        free(payload);
        unwatched_deinit(&again);
}
