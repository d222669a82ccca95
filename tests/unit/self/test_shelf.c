/* Something for each place in the thread list */
#include "shim/self/shelf.h"
#include "shim/sys/pages.h"

#include <criterion/criterion.h>
#include <pthread.h>

static struct shelf shelf;

Test(shelf, keeps_what_was_put_there)
{
        int here, there;
        *shelf_at(&shelf, 1) = &here;
        *shelf_at(&shelf, SHELF_PLACES - 1) = &there;
        cr_assert_eq(*shelf_at(&shelf, 1), &here);
        cr_assert_eq(*shelf_at(&shelf, SHELF_PLACES - 1), &there);
        cr_assert_null(*shelf_at(&shelf, 2));
}

Test(shelf, has_an_end)
{
        cr_assert_null(shelf_at(&shelf, SHELF_PLACES));
        cr_assert_null(shelf_at(&shelf, UINT32_MAX));
}

Test(shelf, costs_a_page_for_the_first_of_many)
{
        size_t before = pages_taken_bytes();
        for (uint32_t place = 0; place < SHELF_BOARD_PLACES; place++)
                cr_assert_not_null(shelf_at(&shelf, place));
        cr_assert_eq(pages_taken_bytes() - before, SHELF_BOARD_PLACES * sizeof(void *));
}

Test(shelf, says_when_there_is_no_memory)
{
        pages_refuse(1);
        cr_assert_null(shelf_at(&shelf, 3));
        cr_assert_not_null(shelf_at(&shelf, 3));
}

static void *ask(void *place) { return shelf_at(&shelf, (uint32_t)(uintptr_t)place); }

Test(shelf, is_the_same_for_threads_that_ask_at_once)
{
        enum { THREADS = 8 };
        for (uint32_t place = 0; place < SHELF_PLACES; place += SHELF_BOARD_PLACES) {
                pthread_t threads[THREADS];
                void *answers[THREADS];
                for (int i = 0; i < THREADS; i++)
                        pthread_create(&threads[i], NULL, ask, (void *)(uintptr_t)place);
                for (int i = 0; i < THREADS; i++)
                        pthread_join(threads[i], &answers[i]);
                for (int i = 0; i < THREADS; i++)
                        cr_assert_eq(answers[i], answers[0]);
        }
}
