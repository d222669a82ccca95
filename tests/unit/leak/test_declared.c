/* What the program said about its own memory */
#include "heap.h"

#include "shim/leak/declared.h"

static size_t n_roots;
static uintptr_t last_start, last_end;
static void see(uintptr_t start, uintptr_t end, void *context)
{
        n_roots++;
        last_start = start;
        last_end = end;
}

static size_t count(void)
{
        n_roots = 0;
        declared_roots_each(see, NULL);
        return n_roots;
}

Test(declared, a_root_counts_until_it_is_removed_as_often_as_added)
{
        cr_assert(declared_root_add(0x1000, 0x100));
        cr_assert(declared_root_add(0x1000, 0x100));
        cr_assert_eq(count(), 2);
        cr_assert_eq(last_start, 0x1000);
        cr_assert_eq(last_end, 0x1100);
        cr_assert(declared_root_remove(0x1000, 0x100));
        cr_assert_eq(count(), 1);
        cr_assert(declared_root_remove(0x1000, 0x100));
        cr_assert_not(declared_root_remove(0x1000, 0x100));
        cr_assert_eq(count(), 0);
}

Test(declared, only_the_same_region_is_removed)
{
        cr_assert(declared_root_add(0x1000, 0x100));
        cr_assert_not(declared_root_remove(0x1000, 0x80));
        cr_assert_not(declared_root_remove(0x1010, 0xf0));
        cr_assert_eq(count(), 1);
}

Test(declared, nonsense_is_refused)
{
        cr_assert_not(declared_root_add(0x1000, 0));
        cr_assert_not(declared_root_add(UINTPTR_MAX - 10, 100));
        cr_assert_not(declared_root_remove(0x1000, 0));
        cr_assert_eq(count(), 0);
}

Test(declared, when_all_places_are_taken_it_says_so)
{
        for (size_t i = 0; i < DECLARED_ROOTS_MAX; i++)
                cr_assert(declared_root_add(0x1000 + i, 8));
        cr_assert_not(declared_root_add(0x1000, 8));
        cr_assert(declared_root_remove(0x1005, 8));
        cr_assert(declared_root_add(0x9000, 8));
}

Test(declared, only_a_live_block_can_be_ignored)
{
        heap_begin(5);
        struct block block;
        uintptr_t *a = heap_block(0x1000, 24);
        cr_assert_not(declared_any_ignored());
        cr_assert_not(declared_ignore((uintptr_t)a + 8));
        cr_assert(declared_ignore((uintptr_t)a));
        cr_assert(declared_any_ignored());
        cr_assert(table_find((uintptr_t)a, &block));
        table_release(&block, 2);
        cr_assert_not(declared_ignore((uintptr_t)a));
}

Test(declared, an_unseen_block_counts_until_another_stands_there)
{
        heap_begin(5);
        n_roots = 0;
        declared_unseen((uintptr_t)heap + 0x1000, 48);
        declared_unseen_each(see, NULL);
        cr_assert_eq(n_roots, 1);
        cr_assert_eq(last_end - last_start, 48);
        heap_block(0x1000, 24);
        declared_unseen_each(see, NULL);
        cr_assert_eq(n_roots, 1);
}
