/* Memory of our own */
#include "shim/sys/pages.h"

#include <criterion/criterion.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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

Test(pages, pieces_are_found_in_the_order_of_their_addresses)
{
        uintptr_t start, end;
        cr_assert_not(pages_own_next(0, &start, &end));
        uintptr_t one = (uintptr_t)pages_take(4096), other = (uintptr_t)pages_take(8192);
        uintptr_t first = one < other ? one : other, second = one < other ? other : one;
        cr_assert(pages_own_next(0, &start, &end));
        cr_assert_eq(start, first);
        cr_assert_eq(end, pages_own_end((void *)first));
        cr_assert(pages_own_next(end - 1, &start, &end));
        cr_assert_eq(start, first);
        cr_assert(pages_own_next(end, &start, &end));
        cr_assert_eq(start, second);
        cr_assert_not(pages_own_next(end, &start, &end));
}

Test(pages, are_not_filled_where_the_program_locks_what_it_maps)
{
        enum { PAGES = 16 };
        const size_t bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
        unsigned char present[PAGES];
        if (syscall(SYS_mlockall, MCL_FUTURE) != 0)
                return; /* not allowed to */
        pages_stay_unlocked();
        unsigned char *pages = pages_take(bytes);
        cr_assert_not_null(pages);
        cr_assert_eq(mincore(pages, bytes, present), 0);
        for (int i = 1; i < PAGES; i++)
                cr_assert_eq(present[i] & 1, 0);
        pages[bytes - 1] = 1;
        pages_give(pages, bytes);
}

static int n_resident(const unsigned char *pages, int n)
{
        unsigned char resident[16];
        int all = 0;
        cr_assert_eq(mincore((void *)pages, (size_t)n * 4096, resident), 0);
        for (int i = 0; i < n; i++)
                all += resident[i] & 1;
        return all;
}

Test(pages, of_a_piece_that_is_prepared_are_there)
{
        unsigned char *pages = pages_take(16 * 4096);
        cr_assert_eq(n_resident(pages, 16), 0);
        pages_prepare(pages + 2 * 4096 + 100, 3 * 4096);
        /* MADV_POPULATE_WRITE, Linux 5.14; an emulator says yes and does nothing. */
        bool kernel_can = madvise(pages + 15 * 4096, 4096, 23) == 0 && n_resident(pages + 15 * 4096, 1) == 1;
        int wanted = kernel_can ? 4 : 0;
        cr_assert_eq(n_resident(pages, 15), wanted);
        cr_assert_eq(n_resident(pages + 2 * 4096, 4), wanted);
        for (int i = 0; i < 16 * 4096; i++)
                cr_assert_eq(pages[i], 0);
}

Test(pages, that_cannot_be_had_are_not_prepared)
{
        unsigned char *pages = pages_take(4 * 4096);
        cr_assert_eq(mprotect(pages, 4096, PROT_NONE), 0);
        pages_prepare(pages, 4096);
        munmap(pages + 3 * 4096, 4096);
        pages_prepare(pages + 2 * 4096, 2 * 4096);
        cr_assert_eq(pages[2 * 4096], 0);
}
