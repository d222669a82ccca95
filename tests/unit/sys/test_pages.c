/* Memory of our own */
#include "shim/sys/pages.h"

#include <criterion/criterion.h>

Test(pages, are_zeroed_and_known_as_ours_while_taken)
{
        unsigned char *pages = pages_take(5000);
        cr_assert_not_null(pages);
        for (int i = 0; i < 8192; i++)
                cr_assert_eq(pages[i], 0);
        cr_assert(pages_own(pages));
        cr_assert(pages_own(pages + 8191));
        cr_assert_not(pages_own(pages + 8192));
        cr_assert_eq(pages_taken_bytes(), 8192);
        pages_give(pages, 5000);
        cr_assert_not(pages_own(pages));
        cr_assert_eq(pages_taken_bytes(), 0);
}

Test(pages, the_stack_is_not_ours)
{
        int here = 0;
        cr_assert_not(pages_own(&here));
}

Test(pages, the_nth_request_is_refused_and_only_that)
{
        pages_refuse(2);
        void *first = pages_take(1);
        cr_assert_not_null(first);
        cr_assert_null(pages_take(1));
        cr_assert_not_null(pages_take(1));
}

Test(pages, many_pieces_are_all_known)
{
        enum { N = 1000 };
        static void *pieces[N];
        for (int i = 0; i < N; i++)
                pieces[i] = pages_take(4096);
        for (int i = 0; i < N; i++)
                cr_assert(pages_own(pieces[i]));
        for (int i = 0; i < N; i += 2)
                pages_give(pieces[i], 4096);
        for (int i = 0; i < N; i++)
                cr_assert_eq(pages_own(pieces[i]), i % 2 == 1);
}
